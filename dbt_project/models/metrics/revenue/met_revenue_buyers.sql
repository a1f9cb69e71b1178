{{ config(materialized='view') }}
-- Grain: one row per person with a completed order.
with

fct_orders as (

    select * from {{ ref('fct_orders') }}
    where not is_internal and status = 'completed'

),

orders as (

    select
        customer_id,
        max_by(
            currency_code,
            concat(cast(ordered_at as varchar), order_id)
        ) as currency_code,
        count(*) as count_orders,
        min(ordered_local_date) as first_order_date,
        max(ordered_local_date) as last_order_date

    from fct_orders

    group by customer_id

),

-- Amounts of different currencies are not added: the currency of the last order counts.
spend as (

    select
        fct_orders.customer_id,
        cast(sum(fct_orders.amount) as decimal(18, 2)) as total_spend_amount

    from fct_orders

    inner join orders
        on fct_orders.customer_id = orders.customer_id
            and fct_orders.currency_code = orders.currency_code

    group by fct_orders.customer_id

),

final as (

    select
        orders.customer_id,
        orders.currency_code,
        orders.count_orders,
        orders.first_order_date,
        orders.last_order_date,
        spend.total_spend_amount

    from orders

    left join spend
        on orders.customer_id = spend.customer_id

)

select * from final
