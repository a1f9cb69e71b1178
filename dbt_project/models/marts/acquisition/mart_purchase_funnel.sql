-- Grain: one row per step, campaign source, market and month of the company calendar in
-- which visits began.
with

met_purchase_steps as (

    select * from {{ ref('met_purchase_steps') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

sums as (

    select
        steps.acquisition_source,
        steps.market,
        met_periods.period_start,
        met_periods.period_end,
        cast(sum(steps.count_visits) as bigint) as count_visits,
        cast(sum(steps.count_checkouts) as bigint) as count_checkouts,
        cast(sum(steps.count_purchases) as bigint) as count_purchases

    from met_purchase_steps as steps

    inner join met_periods
        on steps.local_date = met_periods.calendar_date

    inner join dim_run
        on met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    group by
        steps.acquisition_source,
        steps.market,
        met_periods.period_start,
        met_periods.period_end

),

stepped as (

    select
        'visit' as purchase_step,
        1 as step_order,
        acquisition_source,
        market,
        period_start,
        period_end,
        count_visits,
        count_visits as count_reached,
        count_checkouts as count_reached_next

    from sums

    union all

    select
        'checkout' as purchase_step,
        2 as step_order,
        acquisition_source,
        market,
        period_start,
        period_end,
        count_visits,
        count_checkouts as count_reached,
        count_purchases as count_reached_next

    from sums

    union all

    select
        'purchase' as purchase_step,
        3 as step_order,
        acquisition_source,
        market,
        period_start,
        period_end,
        count_visits,
        count_purchases as count_reached,
        cast(null as bigint) as count_reached_next

    from sums

),

final as (

    select
        purchase_step,
        step_order,
        acquisition_source,
        market,
        period_start as cohort_month,
        period_end as cohort_month_end_date,
        count_visits,
        count_reached,
        count_reached_next,
        {{ percentage('count_reached_next', 'count_reached') }} as conversion_pct,
        {{ percentage_bound('count_reached_next', 'count_reached', '-') }}
            as conversion_pct_ci_low,
        {{ percentage_bound('count_reached_next', 'count_reached', '+') }}
            as conversion_pct_ci_high,
        {{ percentage('count_reached', 'count_visits') }} as overall_pct,
        count_reached < 30 as low_n

    from stepped

)

select * from final
