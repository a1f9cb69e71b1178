{{ config(
    materialized='incremental',
    unique_key='order_id',
    post_hook=[
        "{{ set_mark_from(ref('int_sales__orders_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_identity__keys_watched'), 'change_seq') }}",
    ],
) }}
-- Grain: one row per order, with its person as of its time.
with

changed_persons as (

    select identity_key
    from {{ ref('int_identity__keys_watched') }}
    where change_seq > {{ mark('int_identity__keys_watched') }}

),

identities as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

persons as (

    select * from {{ ref('int_customers__person_versions') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

orders as (

    select * from {{ ref('int_sales__orders_latest') }}
    where
        change_seq > {{ mark('int_sales__orders_latest') }}
        or identity_key in (select changed_persons.identity_key from changed_persons)

),

final as (

    select
        orders.order_id,
        orders.source_id,
        orders.identity_key,
        identities.customer_id,
        persons.segment,
        coalesce(persons.market, orders.market) as market,
        orders.ordered_at,
        orders.ordered_local_date,
        orders.status,
        orders.channel,
        orders.product_name,
        orders.amount,
        orders.currency_code,
        coalesce(persons.is_internal, false) as is_internal,
        orders.is_deleted,
        run.change_seq

    from orders
    cross join run
    {{ join_person_at('orders', 'orders.ordered_at', 'persons') }}

)

select * from final
