-- Grain: one row per page, task, campaign source, market, segment and month of the
-- company calendar.
with

met_web_task_cells as (

    select * from {{ ref('met_web_task_cells') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

sums as (

    select
        cells.page,
        cells.task,
        cells.acquisition_source,
        cells.market,
        cells.segment,
        met_periods.period_start,
        met_periods.period_end,
        cast(sum(cells.count_views) as bigint) as count_views,
        cast(sum(cells.count_started) as bigint) as count_started,
        cast(sum(cells.count_completed) as bigint) as count_completed,
        cast(sum(cells.count_failed) as bigint) as count_failed

    from met_web_task_cells as cells

    inner join met_periods
        on cells.local_date = met_periods.calendar_date

    inner join dim_run
        on met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    group by
        cells.page,
        cells.task,
        cells.acquisition_source,
        cells.market,
        cells.segment,
        met_periods.period_start,
        met_periods.period_end

),

final as (

    select
        page,
        task,
        acquisition_source,
        market,
        segment,
        period_start as month_start_date,
        period_end as month_end_date,
        count_views,
        count_started,
        count_completed,
        count_failed,
        {{ percentage('count_completed', 'count_started') }} as success_pct,
        {{ percentage_bound('count_completed', 'count_started', '-') }}
            as success_pct_ci_low,
        {{ percentage_bound('count_completed', 'count_started', '+') }}
            as success_pct_ci_high,
        count_started < 30 as low_n

    from sums

)

select * from final
