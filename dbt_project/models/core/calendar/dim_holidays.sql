-- Grain: one row per country and public holiday.
with

holidays as (

    select * from {{ ref('holidays') }}

),

final as (

    select
        country_code,
        holiday_date,
        name_en,
        name_fa,
        name_ru,
        is_estimated,
        coalesce(is_working_override, false) as is_working_day

    from holidays

)

select * from final
