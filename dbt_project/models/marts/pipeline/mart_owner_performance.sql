-- Grain: one row per owner of deals and month of the company calendar with a deal that
-- was opened, closed or is to close in it, or with a target.
with

met_pipeline_deals as (

    select * from {{ ref('met_pipeline_deals') }}

),

met_pipeline_coverage as (

    select * from {{ ref('met_pipeline_coverage') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

months as (

    select
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

    from met_periods

    inner join dim_run
        on met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

),

ends_of_months as (

    select
        period_start,
        period_end

    from months

    group by period_start, period_end

),

opened as (

    select
        deals.owner_id,
        months.period_start,
        count(*) as count_opened

    from met_pipeline_deals as deals

    inner join months
        on deals.opened_on = months.calendar_date

    group by deals.owner_id, months.period_start

),

closed as (

    select
        deals.owner_id,
        months.period_start,
        count(*) as count_closed,
        count(*) filter (where deals.outcome = 'won') as count_won,
        coalesce(cast(sum(deals.reporting_hundredths) filter (
            where deals.outcome = 'won'
        ) as bigint), 0) as won_hundredths,
        coalesce(cast(sum(deals.real_hundredths) filter (
            where deals.outcome = 'won'
        ) as bigint), 0) as won_real_hundredths,
        coalesce(cast(sum(deals.reporting_hundredths) as bigint), 0)
            as closed_hundredths,
        coalesce(cast(sum(deals.duration_days) filter (
            where deals.outcome = 'won'
        ) as bigint), 0) as won_days,
        count(deals.duration_days) filter (where deals.outcome = 'won')
            as count_timed,
        percentile_cont(0.9) within group (
            order by case when deals.outcome = 'won' then deals.duration_days end
        ) as won_days_p90

    from met_pipeline_deals as deals

    inner join months
        on deals.close_on = months.calendar_date

    where deals.outcome in ('won', 'lost')

    group by deals.owner_id, months.period_start

),

coverage as (

    select coverage.*

    from met_pipeline_coverage as coverage

    inner join dim_run
        on coverage.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

),

keys as (

    select
        owner_id,
        period_start

    from opened

    union

    select
        owner_id,
        period_start

    from closed

    union

    select
        owner_id,
        period_start

    from coverage

),

joined as (

    select
        keys.owner_id,
        keys.period_start,
        ends_of_months.period_end,
        coalesce(opened.count_opened, 0) as count_opened,
        coalesce(closed.count_closed, 0) as count_closed,
        coalesce(closed.count_won, 0) as count_won,
        coalesce(closed.won_hundredths, 0) as won_hundredths,
        coalesce(closed.won_real_hundredths, 0) as won_real_hundredths,
        coalesce(closed.closed_hundredths, 0) as closed_hundredths,
        coalesce(closed.won_days, 0) as won_days,
        coalesce(closed.count_timed, 0) as count_timed,
        closed.won_days_p90,
        coalesce(coverage.count_open, 0) as count_open,
        coalesce(coverage.open_hundredths, 0) as open_hundredths,
        case when coverage.owner_id is null then 0 else coverage.forecast_hundredths
        end as forecast_hundredths,
        coverage.target_hundredths

    from keys

    inner join ends_of_months
        on keys.period_start = ends_of_months.period_start

    left join opened
        on keys.owner_id = opened.owner_id
            and keys.period_start = opened.period_start

    left join closed
        on keys.owner_id = closed.owner_id
            and keys.period_start = closed.period_start

    left join coverage
        on keys.owner_id = coverage.owner_id
            and keys.period_start = coverage.period_start

),

final as (

    select
        joined.owner_id,
        joined.period_start as month_start_date,
        joined.period_end as month_end_date,
        joined.count_opened,
        joined.count_closed,
        joined.count_won,
        joined.count_closed - joined.count_won as count_lost,
        {{ money('joined.won_hundredths') }} as won_amount,
        {{ money('joined.won_real_hundredths') }} as won_real_amount,
        {{ money('joined.closed_hundredths - joined.won_hundredths') }} as lost_amount,
        dim_run.currency_code,
        {{ percentage('joined.count_won', 'joined.count_closed') }} as win_pct,
        {{ percentage_bound('joined.count_won', 'joined.count_closed', '-') }}
            as win_pct_ci_low,
        {{ percentage_bound('joined.count_won', 'joined.count_closed', '+') }}
            as win_pct_ci_high,
        {{ percentage('joined.won_hundredths', 'joined.closed_hundredths') }}
            as win_by_value_pct,
        joined.count_closed < 30 as low_n,
        joined.won_days as sum_won_cycle_days,
        round({{ ratio('joined.won_days', 'joined.count_timed') }}, 6)
            as mean_won_cycle_days,
        round(joined.won_days_p90, 6) as p90_won_cycle_days,
        joined.count_open,
        {{ money('joined.open_hundredths') }} as open_amount,
        {{ money('joined.forecast_hundredths') }} as forecast_amount,
        {{ money('joined.target_hundredths') }} as target_amount,
        joined.won_hundredths >= joined.target_hundredths as is_target_met,
        case
            when joined.target_hundredths > joined.won_hundredths
                then round({{ ratio(
                    'joined.open_hundredths',
                    '(joined.target_hundredths - joined.won_hundredths)'
                ) }}, 6)
        end as coverage_ratio

    from joined

    cross join dim_run

)

select * from final
