-- Grain: one row per period, market and segment: customers known at its end.
with

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

met_survey_scores as (

    select * from {{ ref('met_survey_scores') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

periods as (

    select
        met_periods.period_type,
        met_periods.period_start,
        least(met_periods.period_end, dim_run.as_of) as counted_on

    from met_periods

    inner join kpis
        on kpis.family = 'survey_weighted'
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    cross join dim_run

    where
        met_periods.period_start < dim_run.as_of
        and met_periods.period_end > (
            select min(scores.answered_local_date) from met_survey_scores as scores
        )

    group by
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        dim_run.as_of

),

-- The first version reaches back to the beginning, its customer does not.
versions as (

    select
        coalesce(market, 'unknown') as market,
        coalesce(segment, 'unknown') as segment,
        greatest(valid_from, coalesce(created_at, valid_from)) as held_from,
        valid_to as held_to

    from dim_customers

    where not is_internal

),

changes as (

    select
        market,
        segment,
        cast(held_from as date) as changed_on,
        1 as change_of_customers

    from versions

    where held_from < held_to

    union all

    select
        market,
        segment,
        cast(held_to as date) as changed_on,
        -1 as change_of_customers

    from versions

    where held_from < held_to

),

daily_changes as (

    select
        market,
        segment,
        changed_on,
        sum(change_of_customers) as change_of_customers

    from changes

    group by market, segment, changed_on

),

final as (

    select
        periods.period_type,
        periods.period_start,
        daily_changes.market,
        daily_changes.segment,
        cast(sum(daily_changes.change_of_customers) as bigint) as count_customers

    from periods

    inner join daily_changes
        on periods.counted_on > daily_changes.changed_on

    group by
        periods.period_type,
        periods.period_start,
        daily_changes.market,
        daily_changes.segment

)

select * from final
