-- Grain: one row per contact that reached the call center.
with

contacts as (

    select * from {{ ref('int_calls__contacts_attributed') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        contacts.contact_id,
        contacts.source_id,
        contacts.first_queue_id,
        contacts.last_queue_id,
        contacts.agent_id,
        contacts.identity_key,
        contacts.customer_id,
        contacts.is_known_customer,
        contacts.segment,
        contacts.market,
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
        contacts.is_internal,
        contacts.count_queue_entries,
        contacts.change_seq

    from contacts
    inner join run
        on {{ is_before_as_of('contacts.entered_local_date') }}

)

select * from final
