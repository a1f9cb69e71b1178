{{ config(
    materialized='incremental',
    unique_key='contact_id',
    post_hook=[
        "{{ set_mark_from(ref('int_calls__contacts_aggregated'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_identity__keys_watched'), 'change_seq') }}",
    ],
) }}
-- Grain: one row per contact, with its person as of its time.
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

changed_contacts as (

    select contact_id
    from {{ ref('int_calls__contacts_aggregated') }}
    where change_seq > {{ mark('int_calls__contacts_aggregated') }}

),

contacts as (

    select * from {{ ref('int_calls__contacts_aggregated') }}
    where
        change_seq > {{ mark('int_calls__contacts_aggregated') }}
        or identity_key in (select changed_persons.identity_key from changed_persons)

),

attributed as (

    select
        contacts.contact_id,
        contacts.source_id,
        contacts.call_id,
        contacts.source_id || ':' || contacts.first_queue_name as first_queue_id,
        contacts.source_id || ':' || contacts.last_queue_name as last_queue_id,
        contacts.source_id || ':' || contacts.agent_number as agent_id,
        contacts.identity_key,
        identities.customer_id,
        identities.is_known as is_known_customer,
        persons.segment,
        persons.market,
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
        coalesce(persons.is_internal, false) as is_internal,
        contacts.count_queue_entries,
        contacts.is_deleted,
        run.change_seq

    from contacts
    cross join run
    {{ join_person_at('contacts', 'contacts.entered_at', 'persons') }}

),

{{ only_what_differs('attributed', 'contact_id', 'changed_contacts') }}

select * from final
