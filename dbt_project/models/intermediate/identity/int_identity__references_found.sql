{{ config(materialized='view') }}
-- Grain: one row per record that names nobody and quotes a record of somebody.
with

orders as (

    select * from {{ ref('int_sales__orders_latest') }}
    where not is_deleted

),

subscriptions as (

    select * from {{ ref('int_billing__subscriptions_latest') }}
    where not is_deleted

),

invoices as (

    select * from {{ ref('int_billing__invoices_latest') }}
    where not is_deleted

),

payments as (

    select * from {{ ref('int_billing__payments_latest') }}
    where not is_deleted and identity_key like 'payment:%'

),

communications as (

    select * from {{ ref('int_communications__communications_latest') }}
    where not is_deleted and identity_key like 'communication:%'

),

calls as (

    select * from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted

),

ivr_events as (

    select * from {{ ref('int_calls__ivr_events_latest') }}
    where not is_deleted and phone_key is not null

),

interactions as (

    select * from {{ ref('int_interactions__touches_latest') }}
    where not is_deleted

),

tickets as (

    select * from {{ ref('int_service__tickets_latest') }}
    where not is_deleted

),

invitations as (

    select * from {{ ref('int_surveys__invitations_latest') }}
    where not is_deleted and identity_key like 'invitation:%'

),

responses as (

    select * from {{ ref('int_surveys__responses_identified') }}

),

-- Numbers as bills and messages quote them: within their own source.
billed_records as (

    select
        order_id as record_id,
        'order' as kind,
        identity_key

    from orders
    union all
    select
        subscription_id as record_id,
        'subscription' as kind,
        identity_key

    from subscriptions
    union all
    select
        invoice_id as record_id,
        'invoice' as kind,
        identity_key

    from invoices

),

-- Numbers as surveys quote them: of whatever system the touch happened in.
touches as (

    select
        call_id as touch_number,
        'call' as kind,
        identity_key

    from calls
    union all
    select
        substr(interaction_id, length(source_id) + 2) as touch_number,
        'interaction' as kind,
        identity_key

    from interactions
    union all
    select
        substr(ticket_id, length(source_id) + 2) as touch_number,
        'ticket' as kind,
        identity_key

    from tickets

),

billing_quotes as (

    select
        identity_key,
        coalesce(order_id, subscription_id) as record_id,
        first_landed_at

    from invoices
    where identity_key like 'invoice:%'
    union all
    select
        identity_key,
        invoice_id as record_id,
        first_landed_at

    from payments
    union all
    select
        identity_key,
        source_id || ':' || about_number as record_id,
        first_landed_at

    from communications

),

touch_quotes as (

    select
        identity_key,
        interaction_number as touch_number,
        first_landed_at

    from invitations
    union all
    select
        identity_key,
        about_interaction_number as touch_number,
        first_landed_at

    from responses
    where identity_key like 'response:%'

),

quoted as (

    select
        billing_quotes.identity_key,
        billed_records.identity_key as other_key,
        billed_records.kind,
        billing_quotes.first_landed_at

    from billing_quotes
    inner join billed_records
        on billing_quotes.record_id = billed_records.record_id
    union all
    select
        touch_quotes.identity_key,
        touches.identity_key as other_key,
        touches.kind,
        touch_quotes.first_landed_at

    from touch_quotes
    inner join touches
        on touch_quotes.touch_number = touches.touch_number
    union all
    -- Who answers the token is who was invited.
    select
        invitations.identity_key,
        responses.identity_key as other_key,
        'response' as kind,
        invitations.first_landed_at

    from invitations
    inner join responses
        on invitations.invitation_id = responses.invitation_id
    union all
    select
        calls.identity_key,
        ivr_events.phone_key as other_key,
        'ivr' as kind,
        ivr_events.first_landed_at

    from calls
    inner join ivr_events
        on calls.source_id = ivr_events.source_id
            and calls.call_id = ivr_events.call_number
    where calls.identity_key like 'call:%'

),

final as (

    select
        identity_key,
        min(other_key) as other_key,
        min(kind) as kind,
        min(first_landed_at) as first_landed_at

    from quoted
    where identity_key <> other_key
    group by identity_key
    -- A number that two persons' records have names neither.
    having count(distinct other_key) = 1

)

select * from final
