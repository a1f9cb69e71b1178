-- Grain: one row per contact that reached the call center.
with

contacts as (

    select * from {{ ref('int_calls__contacts_aggregated') }}
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
        contacts.contact_id,
        contacts.source_id,
        contacts.source_id || ':' || contacts.first_queue_name as first_queue_id,
        contacts.source_id || ':' || contacts.last_queue_name as last_queue_id,
        contacts.source_id || ':' || contacts.agent_number as agent_id,
        contacts.identity_key,
        identities.customer_id,
        identities.is_known as is_known_customer,
        customers.segment,
        customers.market,
        contacts.direction,
        contacts.reason,
        contacts.entered_at,
        contacts.entered_local_date,
        contacts.answered_at,
        contacts.answered_local_date,
        contacts.ended_at,
        contacts.outcome,
        contacts.wait_milliseconds,
        contacts.talk_milliseconds,
        contacts.hold_milliseconds,
        contacts.wrap_milliseconds,
        contacts.is_transferred,
        contacts.is_open,
        coalesce(customers.is_internal, false) as is_internal,
        contacts.count_queue_entries

    from contacts
    inner join run
        on contacts.entered_local_date < run.as_of
    left join identities
        on contacts.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id
            and contacts.entered_at >= customers.valid_from
            and contacts.entered_at < customers.valid_to

)

select * from final
