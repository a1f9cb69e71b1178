-- Grain: one row per person and day with an order that was kept.
with

fct_orders as (

    select * from {{ ref('fct_orders') }}

),

dim_exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

days as (

    select
        fct_orders.customer_id,
        fct_orders.ordered_local_date as ordered_on,
        max(coalesce(fct_orders.segment, 'unknown')) as segment,
        max(coalesce(fct_orders.market, 'unknown')) as market,
        count(*) as count_orders,
        -- Without a rate the day's revenue is unknown.
        case when count(rates.exchange_rate) = count(*) then cast(sum(cast(round(
                    fct_orders.amount * rates.exchange_rate, 2
                ) as decimal(18, 2))) as decimal(18, 2))
        end as revenue_amount

    from fct_orders

    left join dim_exchange_rates as rates
        on {{ rate_in_force(
            'rates', 'fct_orders.currency_code', 'fct_orders.ordered_local_date'
        ) }}

    where
        not fct_orders.is_internal
        and fct_orders.status = 'completed'
        and fct_orders.customer_id is not null

    group by fct_orders.customer_id, fct_orders.ordered_local_date

),

final as (

    select
        *,
        min(ordered_on) over (partition by customer_id) as first_ordered_on,
        lead(ordered_on) over (
            partition by customer_id order by ordered_on
        ) as next_ordered_on

    from days

)

select * from final
