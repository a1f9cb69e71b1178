-- Grain: one row per KPI statistic, stage and period in which paths began.
with

met_journey_stage_cells as (

    select * from {{ ref('met_journey_stage_cells') }}
    -- Who has no customer record is on no path that anyone could follow.
    where not is_anonymous

),

met_journey_stage_times as (

    select * from {{ ref('met_journey_stage_times') }}
    where grain_name = 'company'

),

journey_stages as (

    select * from {{ ref('journey_stages') }}
    where is_on_path

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'journey_stage'

),

-- The usual way to a stage is the sum of the medians of those before it.
stages as (

    select
        journey_stages.journey,
        journey_stages.stage_code,
        cast(sum(times.median_days) over (
            partition by journey_stages.journey
            order by journey_stages.sort_order
            rows between unbounded preceding and 1 preceding
        ) as bigint) as days_before,
        count(*) over (
            partition by journey_stages.journey
            order by journey_stages.sort_order
            rows between unbounded preceding and 1 preceding
        ) - count(times.median_days) over (
            partition by journey_stages.journey
            order by journey_stages.sort_order
            rows between unbounded preceding and 1 preceding
        ) as count_unknown_before

    from journey_stages

    left join met_journey_stage_times as times
        on journey_stages.journey = times.journey
            and journey_stages.stage_code = times.stage_code

),

parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        concat(cells.journey, ':', cells.stage_code) as stage,
        met_periods.period_type,
        met_periods.period_start,
        case kpis.statistic
            when 'value' then cells.count_reached_next
            when 'overall' then cells.count_reached
        end as numerator,
        case kpis.statistic
            when 'value' then cells.count_reached
            when 'overall' then cells.count_entered
        end as denominator,
        case kpis.statistic
            when 'value' then cells.is_mature
            when 'overall'
                then
                    coalesce(stages.count_unknown_before, 0) = 0
                    and cast(
                        cells.cohort_month + interval 1 month
                        + interval 1 day * coalesce(stages.days_before, 0) as date
                    ) <= dim_run.as_of
        end as is_mature

    from met_journey_stage_cells as cells

    inner join stages
        on cells.journey = stages.journey
            and cells.stage_code = stages.stage_code

    cross join dim_run

    cross join kpis

    inner join met_periods
        on cells.cohort_month = met_periods.calendar_date
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    -- From the last stage nobody moves on.
    where kpis.statistic = 'overall' or cells.count_reached_next is not null

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        'stage' as grain_name,
        stage as grain_key,
        period_type,
        period_start,
        coalesce(cast(sum(numerator) filter (where is_mature) as bigint), 0)
            as numerator,
        coalesce(cast(sum(denominator) filter (where is_mature) as bigint), 0)
            as denominator,
        coalesce(cast(sum(denominator) filter (where is_mature) as bigint), 0) as n,
        cast(sum(denominator) as bigint) as n_with_immature,
        coalesce(cast(
            sum(numerator) filter (where is_mature) as decimal(38, 0)
        ), 0) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(null as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from parts

    group by
        kpi_id,
        definition_version,
        statistic,
        stage,
        period_type,
        period_start

)

select * from final
