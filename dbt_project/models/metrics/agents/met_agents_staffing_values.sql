-- Grain: one row per queue and period: agents needed in its busiest half hour.
with

met_agents_staffing_loads as (

    select * from {{ ref('met_agents_staffing_loads') }}

),

met_agents_staffing_curves as (

    select * from {{ ref('met_agents_staffing_curves') }}
    where is_enough

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type in ('month', 'jalali_month', 'quarter', 'year')

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-ERL'

),

queue_days as (

    select
        loads.queue_id,
        loads.local_date,
        max(curves.count_agents) as count_agents,
        count(*) as count_intervals

    from met_agents_staffing_loads as loads

    inner join met_agents_staffing_curves as curves
        on loads.count_offered = curves.count_offered
            and loads.handle_seconds = curves.handle_seconds

    group by loads.queue_id, loads.local_date

),

peaks as (

    select
        queue_days.queue_id,
        met_periods.period_type,
        met_periods.period_start,
        max(queue_days.count_agents) as count_agents,
        cast(sum(queue_days.count_intervals) as bigint) as count_intervals

    from queue_days

    inner join met_periods
        on queue_days.local_date = met_periods.calendar_date

    group by
        queue_days.queue_id, met_periods.period_type, met_periods.period_start

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'queue' as grain_name,
        peaks.queue_id as grain_key,
        peaks.period_type,
        peaks.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        peaks.count_intervals as n,
        peaks.count_intervals as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(peaks.count_agents as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from peaks

    cross join kpis

)

select * from final
