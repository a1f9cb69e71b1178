{{ config(materialized='view') }}
-- Grain: one row per touchpoint, segment, market and local day of the touch.
with

met_coverage_days as (

    select * from {{ ref('met_coverage_days') }}

),

final as (

    select
        touchpoint,
        segment,
        market,
        started_local_date,
        count_eligible,
        count_invited,
        count_opted_out,
        count_anonymous,
        count_resting,
        count_not_chosen,
        {{ percentage('count_invited', 'count_eligible') }} as coverage_pct

    from met_coverage_days

)

select * from final
