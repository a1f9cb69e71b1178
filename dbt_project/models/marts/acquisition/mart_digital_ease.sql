-- Grain: one row per page, task, campaign source, market, segment and month of the
-- company calendar.
with

met_web_task_cells as (

    select * from {{ ref('met_web_task_cells') }}

),

met_method_responses as (

    select * from {{ ref('met_method_responses') }}
    where method = 'task_ease'

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Who tells how easy a task was names it, not the page or the source of a visit.
cells as (

    select
        local_date,
        page,
        task,
        acquisition_source,
        market,
        segment,
        count_views,
        count_started,
        count_completed,
        count_failed,
        0 as count_ease_answers,
        0 as ease_hundredths

    from met_web_task_cells

    union all

    select
        answered_local_date as local_date,
        'unknown' as page,
        subject as task,
        'unknown' as acquisition_source,
        market,
        segment,
        0 as count_views,
        0 as count_started,
        0 as count_completed,
        0 as count_failed,
        1 as count_ease_answers,
        cast(100 * first_score as bigint) as ease_hundredths

    from met_method_responses

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
        cast(sum(cells.count_failed) as bigint) as count_failed,
        cast(sum(cells.count_ease_answers) as bigint) as count_ease_answers,
        cast(sum(cells.ease_hundredths) as bigint) as sum_of_ease_hundredths

    from cells

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
        count_ease_answers,
        sum_of_ease_hundredths,
        {{ ratio('sum_of_ease_hundredths', 'count_ease_answers') }} / 100
            as ease_mean,
        greatest(count_started, count_ease_answers) < 30 as low_n

    from sums

)

select * from final
