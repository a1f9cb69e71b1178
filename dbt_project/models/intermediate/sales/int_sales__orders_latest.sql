{{ config(
    materialized='incremental',
    unique_key='order_id',
    post_hook="{{ set_mark('mapped__orders') }}",
) }}
-- Grain: one row per order, its latest version.
with

orders as (

    select * from {{ ref('stg_mapped__orders') }}
    where _load_seq > {{ mark('mapped__orders') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        orders.order_id,
        orders.source_id,
        coalesce(orders.customer_key, 'order:' || orders.order_id) as identity_key,
        orders.status,
        orders.channel,
        orders.product_name,
        orders.market,
        orders.currency_code,
        orders.amount,
        orders.ordered_at,
        cast({{ to_local('orders.ordered_at', 'run.time_zone') }} as date)
            as ordered_local_date,
        orders.source_version,
        orders._load_seq,
        orders._landed_at,
        orders._op,
        orders._row_hash

    from orders
    cross join run

),

{{ latest_version('new_rows', 'order_id') }}

select * from final
