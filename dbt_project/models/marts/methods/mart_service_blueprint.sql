-- Grain: one row per step of the blueprint and month of the company calendar.
with

blueprint_steps as (

    select * from {{ ref('blueprint_steps') }}

),

met_blueprint_executions as (

    select * from {{ ref('met_blueprint_executions') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

dated as (

    select
        executions.*,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        executions.milliseconds > executions.standard_milliseconds as is_over_standard

    from met_blueprint_executions as executions

    cross join dim_run

    inner join met_periods
        on executions.local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

),

periods as (

    select
        period_type,
        period_start,
        period_end

    from dated

    group by period_type, period_start, period_end

),

counted as (

    select
        step,
        period_start,
        cast(sum(count_executions) as bigint) as count_executions,
        cast(
            coalesce(sum(count_executions) filter (where is_failed), 0) as bigint
        ) as count_failures,
        cast(coalesce(
            sum(count_executions) filter (where is_over_standard is not null), 0
        ) as bigint) as count_timed,
        cast(
            coalesce(sum(count_executions) filter (where is_over_standard), 0) as bigint
        ) as count_over_standard,
        cast(coalesce(
            sum((milliseconds - standard_milliseconds) * count_executions)
            filter (where is_over_standard),
            0
        ) as bigint) as sum_excess_milliseconds

    from dated

    group by step, period_start

),

-- What stands on the stage must have something behind it.
backed_steps as (

    select
        steps.*,
        supporting_steps.step is not null as is_backed,
        {{ percentage(
            "count(*) filter (where steps.lane = 'onstage' and "
            ~ "supporting_steps.step is not null) over ()",
            "count(*) filter (where steps.lane = 'onstage') over ()"
        ) }} as visibility_coverage_pct

    from blueprint_steps as steps

    left join blueprint_steps as supporting_steps
        on steps.supported_by = supporting_steps.step
            and supporting_steps.lane in ('backstage', 'support')

),

final as (

    select
        backed_steps.step,
        backed_steps.step_number,
        backed_steps.lane,
        backed_steps.touchpoint,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        backed_steps.is_fail_point,
        backed_steps.measure is not null as is_measured,
        backed_steps.supported_by,
        backed_steps.is_backed,
        backed_steps.standard_milliseconds,
        coalesce(counted.count_executions, 0) as count_executions,
        coalesce(counted.count_failures, 0) as count_failures,
        coalesce(counted.count_timed, 0) as count_timed,
        coalesce(counted.count_over_standard, 0) as count_over_standard,
        coalesce(counted.sum_excess_milliseconds, 0) as sum_excess_milliseconds,
        {{ percentage('counted.count_failures', 'counted.count_executions') }}
            as fail_pct,
        {{ percentage('counted.count_over_standard', 'counted.count_timed') }}
            as over_standard_pct,
        {{ mean_seconds('counted.sum_excess_milliseconds', 'counted.count_timed') }}
            as excess_seconds_mean,
        backed_steps.visibility_coverage_pct

    from backed_steps

    cross join periods

    left join counted
        on backed_steps.step = counted.step
            and periods.period_start = counted.period_start

)

select * from final
