{{ config(materialized='view') }}
-- Grain: one row per person with a completed order.
with

fct_orders as (

    select * from {{ ref('fct_orders') }}
    where not is_internal and status = 'completed'

),

by_currency as (

    select
        customer_id,
        currency_code,
        max(concat(cast(ordered_at as varchar), order_id)) as last_order,
        count(*) as count_orders,
        min(ordered_local_date) as first_order_date,
        max(ordered_local_date) as last_order_date,
        cast(sum(amount) as decimal(18, 2)) as total_spend_amount

    from fct_orders

    group by customer_id, currency_code

),

orders as (

    select
        customer_id,
        max_by(currency_code, last_order) as currency_code,
        cast(sum(count_orders) as bigint) as count_orders,
        min(first_order_date) as first_order_date,
        max(last_order_date) as last_order_date

    from by_currency

    group by customer_id

),

-- Amounts of different currencies are not added: the currency of the last order counts.
final as (

    select
        orders.customer_id,
        orders.currency_code,
        orders.count_orders,
        orders.first_order_date,
        orders.last_order_date,
        by_currency.total_spend_amount

    from orders

    left join by_currency
        on orders.customer_id = by_currency.customer_id
            and orders.currency_code = by_currency.currency_code

)

select * from final
