-- Grain: one row per combination of keys that living records carry together.
with

record_versions as (

    select * from {{ ref('int_customers__record_versions') }}
    where is_latest

),

customers as (

    select * from record_versions
    where not is_deleted

),

orders as (

    select * from {{ ref('int_sales__orders_latest') }}
    where not is_deleted

),

subscriptions as (

    select * from {{ ref('int_billing__subscriptions_latest') }}
    where not is_deleted

),

opportunities as (

    select * from {{ ref('int_sales__opportunities_latest') }}
    where not is_deleted and identity_key is not null

),

referrals as (

    select * from {{ ref('int_sales__referrals_latest') }}
    where not is_deleted

),

web_events as (

    select * from {{ ref('int_sales__web_events_latest') }}
    where not is_deleted

),

invoices as (

    select * from {{ ref('int_billing__invoices_latest') }}
    where not is_deleted

),

payments as (

    select * from {{ ref('int_billing__payments_latest') }}
    where not is_deleted

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

communications as (

    select * from {{ ref('int_communications__communications_latest') }}
    where not is_deleted

),

tickets as (

    select * from {{ ref('int_service__tickets_latest') }}
    where not is_deleted

),

reviews as (

    select * from {{ ref('int_service__reviews_latest') }}
    where not is_deleted

),

actions as (

    select * from {{ ref('int_service__actions_latest') }}
    where not is_deleted

),

invitations as (

    select * from {{ ref('int_surveys__invitations_latest') }}
    where not is_deleted

),

responses as (

    select * from {{ ref('int_surveys__responses_identified') }}

),

-- Named apart: `references` is a word of SQL.
found_references as (

    select * from {{ ref('int_identity__references_found') }}

),

-- Records that carry one key and nothing else.
lone_keys as (

    select
        identity_key,
        first_landed_at

    from orders
    union all
    select
        identity_key,
        first_landed_at

    from subscriptions
    union all
    select
        identity_key,
        first_landed_at

    from opportunities
    union all
    select
        identity_key,
        first_landed_at

    from referrals
    union all
    select
        referred_customer_key as identity_key,
        first_landed_at

    from referrals
    where referred_customer_key is not null
    union all
    select
        identity_key,
        first_landed_at

    from invoices
    union all
    select
        identity_key,
        first_landed_at

    from payments
    union all
    select
        phone_key as identity_key,
        first_landed_at

    from ivr_events
    union all
    select
        identity_key,
        first_landed_at

    from reviews
    union all
    select
        identity_key,
        first_landed_at

    from actions

),

-- Records that carry contact values beside the key that names their person.
contact_records as (

    select
        identity_key,
        cast(null as varchar) as email_key,
        false as email_is_shared,
        phone_key,
        first_landed_at

    from calls
    union all
    select
        identity_key,
        email_key,
        email_is_shared,
        phone_key,
        first_landed_at

    from interactions
    union all
    select
        identity_key,
        email_key,
        email_is_shared,
        phone_key,
        first_landed_at

    from communications
    union all
    select
        identity_key,
        email_key,
        email_is_shared,
        phone_key,
        first_landed_at

    from tickets
    union all
    select
        identity_key,
        email_key,
        email_is_shared,
        phone_key,
        first_landed_at

    from invitations
    union all
    -- What a response types in links nobody when its token names the person.
    select
        identity_key,
        case
            when identity_key in (customer_key, email_key, phone_key) then email_key
        end as email_key,
        email_is_shared,
        case
            when identity_key in (customer_key, email_key, phone_key) then phone_key
        end as phone_key,
        first_landed_at

    from responses

),

-- Records that tie their key to one of another kind.
tied_records as (

    select
        identity_key,
        visitor_key as other_key,
        'visitor' as other_kind,
        min(first_landed_at) as first_landed_at

    from web_events
    group by identity_key, visitor_key
    union all
    -- A merger holds also when its source has deleted the record.
    select
        customer_key as identity_key,
        merged_into_key as other_key,
        'merged' as other_kind,
        first_landed_at

    from record_versions
    where merged_into_key is not null
    union all
    select
        identity_key,
        other_key,
        kind as other_kind,
        first_landed_at

    from found_references

),

records as (

    select
        customer_key as identity_key,
        email_key,
        email_is_shared,
        phone_key,
        cast(null as varchar) as other_key,
        cast(null as varchar) as other_kind,
        true as is_customer_record,
        first_landed_at

    from customers
    union all
    select
        identity_key,
        cast(null as varchar) as email_key,
        false as email_is_shared,
        cast(null as varchar) as phone_key,
        cast(null as varchar) as other_key,
        cast(null as varchar) as other_kind,
        false as is_customer_record,
        first_landed_at

    from lone_keys
    union all
    select
        identity_key,
        email_key,
        email_is_shared,
        phone_key,
        cast(null as varchar) as other_key,
        cast(null as varchar) as other_kind,
        false as is_customer_record,
        first_landed_at

    from contact_records
    union all
    select
        identity_key,
        cast(null as varchar) as email_key,
        false as email_is_shared,
        cast(null as varchar) as phone_key,
        other_key,
        other_kind,
        false as is_customer_record,
        first_landed_at

    from tied_records

),

final as (

    select
        identity_key,
        email_key,
        coalesce(email_is_shared, false) as email_is_shared,
        phone_key,
        other_key,
        other_kind,
        is_customer_record,
        min(first_landed_at) as first_landed_at

    from records
    group by
        identity_key,
        email_key,
        coalesce(email_is_shared, false),
        phone_key,
        other_key,
        other_kind,
        is_customer_record

)

select * from final
