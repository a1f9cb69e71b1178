{{ config(materialized='table') }}
-- Grain: one row per order with a delivery.
with

shipments as (

    select * from {{ ref('fct_shipments') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

products as (

    select * from {{ ref('dim_products') }}

),

communications as (

    select * from {{ ref('int_communications__communications_latest') }}
    where
        not is_deleted
        and purpose = 'onboarding'
        and not coalesce(is_test, false)
        and about_id is not null

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

-- One failing delivery fails the order; one that says nothing leaves it unknown.
delivered as (

    select
        order_id,
        count(*) as count_shipments,
        case when count(delivered_at) = count(*) then max(delivered_at) end
            as delivered_at,
        case when count(delivered_at) = count(*) then max(delivered_local_date) end
            as delivered_local_date,
        case
            when bool_or(not is_on_time) then false
            when count(is_on_time) = count(*) then true
        end as is_on_time,
        case
            when bool_or(not is_complete) then false
            when count(is_complete) = count(*) then true
        end as is_complete,
        case
            when bool_or(not is_undamaged) then false
            when count(is_undamaged) = count(*) then true
        end as is_undamaged,
        case
            when bool_or(not is_correctly_documented) then false
            when count(is_correctly_documented) = count(*) then true
        end as is_correctly_documented

    from shipments
    group by order_id

),

guided_orders as (

    select orders.order_id
    from orders
    inner join products
        on orders.source_id = products.source_id
            and orders.product_name = products.product_name
            and orders.ordered_at >= products.valid_from
            and orders.ordered_at < products.valid_to
    where products.has_guide
    group by orders.order_id

),

guides as (

    select
        delivered.order_id,
        min(communications.sent_at) as guide_sent_at

    from delivered
    inner join communications
        on delivered.order_id = communications.about_id
            and delivered.delivered_at <= communications.sent_at
    inner join run
        on {{ is_before_as_of('communications.sent_local_date') }}
    group by delivered.order_id

),

final as (

    select
        orders.order_id,
        orders.source_id,
        orders.identity_key,
        orders.customer_id,
        orders.segment,
        orders.market,
        orders.status,
        orders.product_name,
        orders.ordered_at,
        delivered.count_shipments,
        delivered.delivered_at,
        delivered.delivered_local_date,
        delivered.is_on_time,
        delivered.is_complete,
        delivered.is_undamaged,
        delivered.is_correctly_documented,
        delivered.is_on_time
        and delivered.is_complete
        and delivered.is_undamaged
        and delivered.is_correctly_documented as is_perfect,
        guided_orders.order_id is not null as has_guide,
        guides.guide_sent_at,
        cast(
            {{ dbt.datediff(
                'delivered.delivered_at', 'guides.guide_sent_at', 'millisecond'
            ) }} as bigint
        ) as guide_lag_milliseconds,
        orders.is_internal

    from delivered
    inner join orders
        on delivered.order_id = orders.order_id
    left join guided_orders
        on delivered.order_id = guided_orders.order_id
    left join guides
        on delivered.order_id = guides.order_id

)

select * from final
