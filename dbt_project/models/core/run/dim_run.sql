-- Grain: one row, the run that built the warehouse.
with

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        run_id,
        as_of,
        frozen_at,
        until_at,
        company_key,
        time_zone,
        week_start,
        calendar,
        currency_code,
        language,
        is_demo

    from run

)

select * from final
