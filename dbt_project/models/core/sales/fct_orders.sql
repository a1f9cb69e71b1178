-- Grain: one row per order.
with

orders as (

    select * from {{ ref('int_sales__orders_latest') }}
    where not is_deleted

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        orders.order_id,
        orders.source_id,
        orders.identity_key,
        identities.customer_id,
        customers.segment,
        coalesce(customers.market, orders.market) as market,
        orders.ordered_at,
        orders.ordered_local_date,
        orders.status,
        orders.channel,
        orders.product_name,
        orders.amount,
        orders.currency_code,
        coalesce(customers.is_internal, false) as is_internal

    from orders
    inner join run
        on orders.ordered_local_date < run.as_of
    {{ join_person_at('orders', 'orders.ordered_at') }}

)

select * from final
