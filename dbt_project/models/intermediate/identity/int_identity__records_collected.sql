-- Grain: one row per combination of keys that living records carry together.
with

customers as (

    select * from {{ ref('int_customers__record_versions') }}
    where is_latest and not is_deleted

),

orders as (

    select * from {{ ref('int_sales__orders_latest') }}
    where not is_deleted

),

subscriptions as (

    select * from {{ ref('int_sales__subscriptions_latest') }}
    where not is_deleted

),

opportunities as (

    select * from {{ ref('int_sales__opportunities_latest') }}
    where not is_deleted and identity_key is not null

),

calls as (

    select * from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted

),

interactions as (

    select * from {{ ref('int_interactions__touches_latest') }}
    where not is_deleted

),

invitations as (

    select * from {{ ref('int_surveys__invitations_latest') }}
    where not is_deleted

),

responses as (

    select * from {{ ref('int_surveys__responses_identified') }}

),

records as (

    select
        customer_key as identity_key,
        email_key,
        coalesce(email_is_shared, false) as email_is_shared,
        phone_key,
        true as is_customer_record,
        first_landed_at

    from customers
    union all
    select
        identity_key,
        cast(null as varchar) as email_key,
        false as email_is_shared,
        cast(null as varchar) as phone_key,
        false as is_customer_record,
        first_landed_at

    from orders
    union all
    select
        identity_key,
        cast(null as varchar) as email_key,
        false as email_is_shared,
        cast(null as varchar) as phone_key,
        false as is_customer_record,
        first_landed_at

    from subscriptions
    union all
    select
        identity_key,
        cast(null as varchar) as email_key,
        false as email_is_shared,
        cast(null as varchar) as phone_key,
        false as is_customer_record,
        first_landed_at

    from opportunities
    union all
    select
        identity_key,
        cast(null as varchar) as email_key,
        false as email_is_shared,
        phone_key,
        false as is_customer_record,
        first_landed_at

    from calls
    union all
    select
        identity_key,
        email_key,
        coalesce(email_is_shared, false) as email_is_shared,
        phone_key,
        false as is_customer_record,
        first_landed_at

    from interactions
    union all
    select
        identity_key,
        email_key,
        coalesce(email_is_shared, false) as email_is_shared,
        phone_key,
        false as is_customer_record,
        first_landed_at

    from invitations
    union all
    -- What a response types in links nobody when its token names the person.
    select
        identity_key,
        case
            when identity_key in (customer_key, email_key, phone_key) then email_key
        end as email_key,
        coalesce(email_is_shared, false) as email_is_shared,
        case
            when identity_key in (customer_key, email_key, phone_key) then phone_key
        end as phone_key,
        false as is_customer_record,
        first_landed_at

    from responses

),

final as (

    select
        identity_key,
        email_key,
        email_is_shared,
        phone_key,
        is_customer_record,
        min(first_landed_at) as first_landed_at

    from records
    group by identity_key, email_key, email_is_shared, phone_key, is_customer_record

)

select * from final
