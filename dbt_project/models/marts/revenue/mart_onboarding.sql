-- Grain: one row per product, market and month of delivery of what has a guide.
with

fct_order_deliveries as (

    select * from {{ ref('fct_order_deliveries') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

deliveries as (

    select
        orders.order_id,
        orders.customer_id,
        orders.product_name,
        coalesce(orders.market, 'unknown') as market,
        orders.delivered_at,
        orders.delivered_local_date,
        orders.guide_lag_milliseconds,
        coalesce(
            orders.guide_lag_milliseconds <= kpis.threshold_milliseconds, false
        ) as is_in_time,
        cast(
            orders.delivered_local_date
            + interval 1 day * (1 + {{ var('onboarding_ticket_days') }}) as date
        ) <= dim_run.as_of as is_watched

    from fct_order_deliveries as orders

    inner join kpis
        on kpis.kpi_id = 'K-ONB'

    cross join dim_run

    where
        orders.has_guide
        and not orders.is_internal
        and orders.product_name is not null
        and cast(
            orders.delivered_local_date + interval 1 day * kpis.maturity_days as date
        ) <= dim_run.as_of

),

asked as (

    select deliveries.order_id

    from deliveries

    inner join fct_tickets
        on deliveries.customer_id = fct_tickets.customer_id
            and deliveries.product_name = fct_tickets.product_name
            and deliveries.delivered_at < fct_tickets.created_at
            and fct_tickets.created_at
            <= deliveries.delivered_at
            + interval 1 day * {{ var('onboarding_ticket_days') }}

    where
        not fct_tickets.is_internal
        and not coalesce(fct_tickets.is_spam, false)
        and not coalesce(fct_tickets.is_merged, false)

    group by deliveries.order_id

),

summed as (

    select
        deliveries.product_name,
        deliveries.market,
        met_periods.period_type,
        met_periods.period_start as month_start_date,
        met_periods.period_end as month_end_date,
        count(*) as count_deliveries,
        count(deliveries.guide_lag_milliseconds) as count_with_message,
        count(*) filter (where deliveries.is_in_time) as count_in_time,
        percentile_cont(0.5) within group (
            order by deliveries.guide_lag_milliseconds
        ) as lag_p50,
        percentile_cont(0.9) within group (
            order by deliveries.guide_lag_milliseconds
        ) as lag_p90,
        count(*) filter (where deliveries.is_watched and deliveries.is_in_time)
            as count_told,
        count(asked.order_id) filter (
            where deliveries.is_watched and deliveries.is_in_time
        ) as count_told_with_ticket,
        count(*) filter (where deliveries.is_watched and not deliveries.is_in_time)
            as count_not_told,
        count(asked.order_id) filter (
            where deliveries.is_watched and not deliveries.is_in_time
        ) as count_not_told_with_ticket

    from deliveries

    left join asked
        on deliveries.order_id = asked.order_id

    cross join dim_run

    inner join met_periods
        on deliveries.delivered_local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    group by
        deliveries.product_name,
        deliveries.market,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

compared as (

    select
        *,
        {{ ratio('count_told_with_ticket', 'count_told') }} as share_told,
        {{ ratio('count_not_told_with_ticket', 'count_not_told') }} as share_not_told

    from summed

),

-- Newcombe's interval: the distances of both shares to their Wilson bounds.
differences as (

    select
        *,
        100 * (share_told - share_not_told) as ticket_difference,
        100 * sqrt(
            power(share_told - {{ wilson_bound(
                'count_told_with_ticket', 'count_told', '-'
            ) }}, 2)
            + power(share_not_told - {{ wilson_bound(
                'count_not_told_with_ticket', 'count_not_told', '+'
            ) }}, 2)
        ) as margin_below,
        100 * sqrt(
            power(share_told - {{ wilson_bound(
                'count_told_with_ticket', 'count_told', '+'
            ) }}, 2)
            + power(share_not_told - {{ wilson_bound(
                'count_not_told_with_ticket', 'count_not_told', '-'
            ) }}, 2)
        ) as margin_above

    from compared

),

final as (

    select
        product_name,
        market,
        period_type,
        month_start_date,
        month_end_date,
        count_deliveries,
        count_with_message,
        count_in_time,
        {{ percentage('count_in_time', 'count_deliveries') }} as onboarding_pct,
        {{ percentage_bound('count_in_time', 'count_deliveries', '-') }}
            as onboarding_pct_ci_low,
        {{ percentage_bound('count_in_time', 'count_deliveries', '+') }}
            as onboarding_pct_ci_high,
        count_deliveries < 30 as low_n,
        round(lag_p50 / 3600000, 6) as message_lag_p50_hours,
        round(lag_p90 / 3600000, 6) as message_lag_p90_hours,
        count_told,
        count_told_with_ticket,
        {{ percentage('count_told_with_ticket', 'count_told') }} as ticket_pct_told,
        count_not_told,
        count_not_told_with_ticket,
        {{ percentage('count_not_told_with_ticket', 'count_not_told') }}
            as ticket_pct_not_told,
        round(ticket_difference, 6) as ticket_difference_points,
        round(ticket_difference - margin_below, 6)
            as ticket_difference_points_ci_low,
        round(ticket_difference + margin_above, 6)
            as ticket_difference_points_ci_high

    from differences

)

select * from final
