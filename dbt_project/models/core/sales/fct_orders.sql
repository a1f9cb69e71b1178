-- Grain: one row per order.
with

orders as (

    select * from {{ ref('int_sales__orders_attributed') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        orders.order_id,
        orders.source_id,
        orders.identity_key,
        orders.customer_id,
        orders.segment,
        orders.market,
        orders.ordered_at,
        orders.ordered_local_date,
        orders.status,
        orders.channel,
        orders.product_name,
        orders.amount,
        orders.currency_code,
        orders.is_internal,
        orders.change_seq

    from orders
    inner join run
        on {{ is_before_as_of('orders.ordered_local_date') }}

)

select * from final
