-- Grain: one row per KPI statistic, stage and period in which stays began.
with

met_journey_spells as (

    select * from {{ ref('met_journey_spells') }}
    where not is_terminal and not is_anonymous

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'journey_time'

),

wanted_periods as (

    select
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start

    from met_periods

    inner join kpis
        on kpis.statistic = 'value'
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

),

daily_durations as (

    select
        concat(journey, ':', stage_code) as stage,
        entered_on,
        duration_days,
        count(*) filter (where not is_open) as count_ended,
        count(*) filter (where is_open) as count_open

    from met_journey_spells

    group by journey, stage_code, entered_on, duration_days

),

observations as (

    select
        durations.stage,
        wanted_periods.period_type,
        wanted_periods.period_start,
        durations.duration_days,
        durations.count_ended,
        durations.count_open

    from daily_durations as durations

    inner join wanted_periods
        on durations.entered_on = wanted_periods.calendar_date

),

{{ kaplan_meier(
    'observations', ['stage', 'period_type', 'period_start'],
    'duration_days', 'count_ended', 'count_open'
) }},

medians as (

    select
        stage,
        period_type,
        period_start,
        min(duration_days) filter (where share_surviving <= 0.5) as median_days,
        -- Half have not left yet: the median is at least the longest stay seen.
        case when min(share_surviving) > 0.5 then max(duration_days) end
            as lower_bound_days,
        cast(sum(count_ended + count_open) as bigint) as count_stays

    from survival_curve

    group by stage, period_type, period_start

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'stage' as grain_name,
        medians.stage as grain_key,
        medians.period_type,
        medians.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        medians.count_stays as n,
        medians.count_stays as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(case kpis.statistic
            when 'value' then medians.median_days
            when 'lower_bound' then medians.lower_bound_days
        end as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from medians

    cross join kpis

    where kpis.statistic = 'value' or medians.lower_bound_days is not null

)

select * from final
