-- Grain: one row per touchpoint, segment, market and local day of the touch.
with

met_coverage_events as (

    select * from {{ ref('met_coverage_events') }}

),

counted as (

    select
        touchpoint,
        segment,
        market,
        started_local_date,
        count(*) as count_eligible,
        count(*) filter (where coverage_reason = 'invited') as count_invited,
        count(*) filter (where coverage_reason = 'opted_out') as count_opted_out,
        count(*) filter (where coverage_reason = 'anonymous') as count_anonymous,
        count(*) filter (where coverage_reason = 'resting') as count_resting,
        count(*) filter (where coverage_reason = 'not_chosen') as count_not_chosen

    from met_coverage_events

    group by touchpoint, segment, market, started_local_date

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

    from counted

)

select * from final
