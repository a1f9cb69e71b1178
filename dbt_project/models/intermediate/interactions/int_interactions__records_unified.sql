{{ config(materialized='view') }}
-- Grain: one row per living record that is a touch, or says why it is none.
with

calls as (

    select * from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted

),

orders as (

    select * from {{ ref('int_sales__orders_latest') }}
    where not is_deleted

),

touches as (

    select * from {{ ref('int_interactions__touches_latest') }}
    where not is_deleted

),

menu_calls as (

    select * from {{ ref('int_calls__ivr_calls_derived') }}
    where not is_deleted

),

-- Not of `calls`: what is read twice DuckDB keeps in memory.
counted_calls as (

    select call_id from {{ ref('int_calls__contacts_aggregated') }}
    where
        not is_deleted
        and call_id in (select menu_calls.call_number from menu_calls)
    group by call_id

),

visits as (

    select * from {{ ref('int_interactions__visits_grouped') }}

),

tickets as (

    select * from {{ ref('int_service__tickets_latest') }}
    where not is_deleted

),

reviews as (

    select * from {{ ref('int_service__reviews_latest') }}
    where not is_deleted

),

communications as (

    select * from {{ ref('int_communications__communications_latest') }}
    where not is_deleted

),

undelivered as (

    select communication_id
    from {{ ref('int_communications__communication_events_latest') }}
    where not is_deleted and event in ('bounced_hard', 'blocked')
    group by communication_id

),

shipments as (

    select * from {{ ref('int_sales__shipments_latest') }}
    where not is_deleted

),

payments as (

    select * from {{ ref('int_billing__payments_latest') }}
    where not is_deleted

),

final as (

    select
        'call' as touch_kind,
        contact_id as source_record_id,
        source_id,
        identity_key,
        cast(null as varchar) as market,
        'phone' as channel,
        direction,
        'service' as purpose,
        reason,
        outcome,
        agent_number as agent_name,
        last_queue_name as queue_name,
        cast(null as timestamp) as planned_at,
        entered_at as started_at,
        entered_local_date as started_local_date,
        ended_at,
        cast(null as varchar) as exclusion_reason

    from calls
    union all
    select
        'order' as touch_kind,
        order_id as source_record_id,
        source_id,
        identity_key,
        market,
        coalesce(channel, 'order') as channel,
        'inbound' as direction,
        'sales' as purpose,
        product_name as reason,
        status as outcome,
        cast(null as varchar) as agent_name,
        cast(null as varchar) as queue_name,
        cast(null as timestamp) as planned_at,
        ordered_at as started_at,
        ordered_local_date as started_local_date,
        cast(null as timestamp) as ended_at,
        cast(null as varchar) as exclusion_reason

    from orders
    union all
    select
        'touch' as touch_kind,
        interaction_id as source_record_id,
        source_id,
        identity_key,
        cast(null as varchar) as market,
        channel,
        direction,
        purpose,
        reason,
        outcome,
        agent_number as agent_name,
        cast(null as varchar) as queue_name,
        planned_at,
        started_at,
        started_local_date,
        ended_at,
        cast(null as varchar) as exclusion_reason

    from touches
    union all
    select
        'menu' as touch_kind,
        menu_calls.ivr_call_id as source_record_id,
        menu_calls.source_id,
        coalesce(
            menu_calls.phone_key, 'call:' || menu_calls.ivr_call_id
        ) as identity_key,
        cast(null as varchar) as market,
        'phone' as channel,
        'inbound' as direction,
        'service' as purpose,
        cast(null as varchar) as reason,
        'ivr_only' as outcome,
        cast(null as varchar) as agent_name,
        cast(null as varchar) as queue_name,
        cast(null as timestamp) as planned_at,
        menu_calls.entered_at as started_at,
        menu_calls.entered_local_date as started_local_date,
        menu_calls.last_event_at as ended_at,
        case when counted_calls.call_id is not null then 'part_of_call' end
            as exclusion_reason

    from menu_calls
    left join counted_calls
        on menu_calls.call_number = counted_calls.call_id
    union all
    select
        'visit' as touch_kind,
        visit_id as source_record_id,
        source_id,
        identity_key,
        cast(null as varchar) as market,
        'web' as channel,
        'inbound' as direction,
        cast(null as varchar) as purpose,
        first_task as reason,
        outcome,
        cast(null as varchar) as agent_name,
        cast(null as varchar) as queue_name,
        cast(null as timestamp) as planned_at,
        started_at,
        started_local_date,
        ended_at,
        case when is_bot then 'bot' end as exclusion_reason

    from visits
    union all
    select
        'ticket' as touch_kind,
        ticket_id as source_record_id,
        source_id,
        identity_key,
        cast(null as varchar) as market,
        coalesce(channel, 'unknown') as channel,
        'inbound' as direction,
        'service' as purpose,
        reason,
        status as outcome,
        agent_number as agent_name,
        queue as queue_name,
        cast(null as timestamp) as planned_at,
        created_at as started_at,
        created_local_date as started_local_date,
        solved_at as ended_at,
        case
            when is_spam then 'spam'
            when status = 'deleted' then 'deleted_in_source'
            when merged_into_ticket_id is not null then 'merged'
        end as exclusion_reason

    from tickets
    union all
    select
        'review' as touch_kind,
        review_id as source_record_id,
        source_id,
        identity_key,
        market,
        'review' as channel,
        'inbound' as direction,
        'feedback' as purpose,
        product_name as reason,
        case when replied_at is not null then 'answered' else 'open' end as outcome,
        cast(null as varchar) as agent_name,
        cast(null as varchar) as queue_name,
        cast(null as timestamp) as planned_at,
        posted_at as started_at,
        posted_local_date as started_local_date,
        cast(null as timestamp) as ended_at,
        case when is_bot then 'bot' end as exclusion_reason

    from reviews
    union all
    select
        'communication' as touch_kind,
        communications.communication_id as source_record_id,
        communications.source_id,
        communications.identity_key,
        cast(null as varchar) as market,
        communications.channel,
        'outbound' as direction,
        communications.purpose,
        cast(null as varchar) as reason,
        case
            when undelivered.communication_id is not null then 'undelivered'
            else 'sent'
        end as outcome,
        cast(null as varchar) as agent_name,
        cast(null as varchar) as queue_name,
        cast(null as timestamp) as planned_at,
        communications.sent_at as started_at,
        communications.sent_local_date as started_local_date,
        cast(null as timestamp) as ended_at,
        case when communications.is_test then 'test' end as exclusion_reason

    from communications
    left join undelivered
        on communications.communication_id = undelivered.communication_id
    union all
    select
        'delivery' as touch_kind,
        shipments.shipment_id as source_record_id,
        shipments.source_id,
        orders.identity_key,
        orders.market,
        'delivery' as channel,
        'outbound' as direction,
        'service' as purpose,
        orders.product_name as reason,
        case when shipments.is_damaged then 'damaged' else 'delivered' end as outcome,
        cast(null as varchar) as agent_name,
        cast(null as varchar) as queue_name,
        shipments.promised_at as planned_at,
        shipments.delivered_at as started_at,
        shipments.delivered_local_date as started_local_date,
        shipments.delivered_at as ended_at,
        case
            when shipments.delivered_at is null then 'not_delivered'
            when orders.order_id is null then 'unknown_order'
        end as exclusion_reason

    from shipments
    left join orders
        on shipments.order_id = orders.order_id
    union all
    select
        'payment' as touch_kind,
        payment_id as source_record_id,
        source_id,
        identity_key,
        cast(null as varchar) as market,
        coalesce(channel, 'unknown') as channel,
        'inbound' as direction,
        'billing' as purpose,
        cast(null as varchar) as reason,
        status as outcome,
        cast(null as varchar) as agent_name,
        cast(null as varchar) as queue_name,
        cast(null as timestamp) as planned_at,
        paid_at as started_at,
        paid_local_date as started_local_date,
        cast(null as timestamp) as ended_at,
        cast(null as varchar) as exclusion_reason

    from payments

)

select * from final
