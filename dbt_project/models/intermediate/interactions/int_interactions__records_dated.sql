{{ config(materialized='view') }}
-- Grain: one row per touch, input that it is said from, and run that last changed that.
with

calls as (

    select * from {{ ref('int_calls__contacts_attributed') }}

),

menu_calls as (

    select * from {{ ref('int_calls__ivr_calls_derived') }}

),

orders as (

    select * from {{ ref('int_sales__orders_latest') }}

),

shipments as (

    select * from {{ ref('int_sales__shipments_latest') }}

),

touches as (

    select * from {{ ref('int_interactions__touches_latest') }}

),

tickets as (

    select * from {{ ref('int_service__tickets_latest') }}

),

reviews as (

    select * from {{ ref('int_service__reviews_latest') }}

),

communications as (

    select * from {{ ref('int_communications__communications_latest') }}

),

payments as (

    select * from {{ ref('int_billing__payments_latest') }}

),

responses as (

    select * from {{ ref('int_surveys__responses_attributed') }}

),

web_events as (

    select * from {{ ref('int_sales__web_events_latest') }}

),

communication_events as (

    select * from {{ ref('int_communications__communication_events_latest') }}

),

final as (

    select
        'call:' || contact_id as interaction_id,
        'int_calls__contacts_attributed' as input,
        change_seq

    from calls
    union all
    select
        'menu:' || ivr_call_id as interaction_id,
        'int_calls__ivr_calls_derived' as input,
        change_seq

    from menu_calls
    union all
    select
        'order:' || order_id as interaction_id,
        'int_sales__orders_latest' as input,
        change_seq

    from orders
    union all
    select
        'delivery:' || shipment_id as interaction_id,
        'int_sales__shipments_latest' as input,
        change_seq

    from shipments
    union all
    select
        'touch:' || interaction_id as interaction_id,
        'int_interactions__touches_latest' as input,
        change_seq

    from touches
    union all
    select
        'ticket:' || ticket_id as interaction_id,
        'int_service__tickets_latest' as input,
        change_seq

    from tickets
    union all
    select
        'review:' || review_id as interaction_id,
        'int_service__reviews_latest' as input,
        change_seq

    from reviews
    union all
    select
        'communication:' || communication_id as interaction_id,
        'int_communications__communications_latest' as input,
        change_seq

    from communications
    union all
    select
        'payment:' || payment_id as interaction_id,
        'int_billing__payments_latest' as input,
        change_seq

    from payments
    union all
    select
        'response:' || response_id as interaction_id,
        'int_surveys__responses_attributed' as input,
        change_seq

    from responses
    union all
    -- A call of the menu that reached a queue is part of that contact, which names its
    -- call in its key alone once it is deleted.
    select
        'menu:' || menu_calls.ivr_call_id as interaction_id,
        'int_calls__contacts_attributed' as input,
        calls.change_seq

    from menu_calls
    inner join calls
        on {{ key_part('menu_calls.call_number') }}
            = substr(calls.contact_id, length(calls.source_id) + 2)
    union all
    select
        'delivery:' || shipments.shipment_id as interaction_id,
        'int_sales__orders_latest' as input,
        orders.change_seq

    from shipments
    inner join orders
        on shipments.order_id = orders.order_id
    union all
    select
        'visit:' || {{ visit_id() }} as interaction_id,
        'int_sales__web_events_latest' as input,
        change_seq

    from web_events
    where not is_deleted
    union all
    select
        'communication:' || communication_id as interaction_id,
        'int_communications__communication_events_latest' as input,
        change_seq

    from communication_events
    where not is_deleted
    union all
    -- A step that was deleted or said again does not tell what it was part of before:
    -- it may be any.
    select
        'visit:*' as interaction_id,
        'int_sales__web_events_latest' as input,
        change_seq

    from web_events
    where is_deleted or first_landed_at < _landed_at
    union all
    select
        'communication:*' as interaction_id,
        'int_communications__communication_events_latest' as input,
        change_seq

    from communication_events
    where is_deleted or first_landed_at < _landed_at

)

select * from final
