-- Grain: one row per schedule, weekday, opening and first day from which it holds.
with

business_hours as (

    select * from {{ ref('business_hours') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        business_hours.schedule_id,
        business_hours.iso_day_of_week,
        business_hours.opens_at,
        business_hours.closes_at,
        coalesce(business_hours.valid_from, cast('1900-01-01' as date)) as valid_from,
        coalesce(business_hours.valid_to, cast('9999-12-31' as date)) as valid_to,
        coalesce(business_hours.time_zone, run.time_zone) as time_zone,
        coalesce(business_hours.holiday_country, run.country_code) as holiday_country

    from business_hours
    cross join run

)

select * from final
