-- Grain: one row per first-order month, months since, market and segment.
with

met_revenue_order_days as (

    select * from {{ ref('met_revenue_order_days') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

months as (

    select
        period_type,
        period_start,
        period_end,
        row_number() over (
            partition by period_type order by period_start
        ) as month_number

    from met_periods

    where period_type in ('month', 'jalali_month')

    group by period_type, period_start, period_end

),

-- A person belongs to the market and segment of the first order.
order_months as (

    select
        days.customer_id,
        months.period_type,
        months.month_number,
        max(days.market) filter (where days.ordered_on = days.first_ordered_on)
            as market,
        max(days.segment) filter (where days.ordered_on = days.first_ordered_on)
            as segment

    from met_revenue_order_days as days

    inner join met_periods
        on days.ordered_on = met_periods.calendar_date

    inner join months
        on met_periods.period_type = months.period_type
            and met_periods.period_start = months.period_start

    group by days.customer_id, months.period_type, months.month_number

),

journeys as (

    select
        customer_id,
        period_type,
        min(month_number) as cohort_number,
        max(month_number) as last_month_number,
        max(market) as market,
        max(segment) as segment

    from order_months

    group by customer_id, period_type

),

active as (

    select
        journeys.period_type,
        journeys.cohort_number,
        journeys.market,
        journeys.segment,
        order_months.month_number - journeys.cohort_number as months_since_first_order,
        count(*) as count_active,
        count(*) filter (
            where order_months.month_number = journeys.last_month_number
        ) as count_last_seen

    from order_months

    inner join journeys
        on order_months.customer_id = journeys.customer_id
            and order_months.period_type = journeys.period_type

    group by
        journeys.period_type,
        journeys.cohort_number,
        journeys.market,
        journeys.segment,
        months_since_first_order

),

cohorts as (

    select
        period_type,
        cohort_number,
        market,
        segment,
        count_active as count_customers

    from active

    where months_since_first_order = 0

),

cells as (

    select
        cohorts.period_type,
        starts.period_start as cohort_month_start_date,
        starts.period_end as cohort_month_end_date,
        cohorts.market,
        cohorts.segment,
        cohorts.cohort_number,
        months.month_number - cohorts.cohort_number as months_since_first_order,
        months.period_end <= dim_run.as_of as is_mature,
        cohorts.count_customers

    from cohorts

    inner join months as starts
        on cohorts.period_type = starts.period_type
            and cohorts.cohort_number = starts.month_number

    cross join dim_run

    inner join months
        on cohorts.period_type = months.period_type
            and cohorts.cohort_number <= months.month_number
            and dim_run.as_of > months.period_start

),

final as (

    select
        cells.period_type,
        cells.cohort_month_start_date,
        cells.cohort_month_end_date,
        cells.months_since_first_order,
        cells.market,
        cells.segment,
        cells.is_mature,
        cells.count_customers,
        coalesce(cast(sum(active.count_active) filter (
            where active.months_since_first_order = cells.months_since_first_order
        ) as bigint), 0) as count_active,
        coalesce(cast(sum(active.count_last_seen) as bigint), 0)
            as count_active_or_later

    from cells

    left join active
        on cells.period_type = active.period_type
            and cells.cohort_number = active.cohort_number
            and cells.market = active.market
            and cells.segment = active.segment
            and cells.months_since_first_order <= active.months_since_first_order

    group by
        cells.period_type,
        cells.cohort_month_start_date,
        cells.cohort_month_end_date,
        cells.months_since_first_order,
        cells.market,
        cells.segment,
        cells.is_mature,
        cells.count_customers

)

select * from final
