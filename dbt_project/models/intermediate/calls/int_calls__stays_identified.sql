{{ config(
    materialized='incremental',
    unique_key='contact_id',
    post_hook=[
        "{{ set_mark_from(ref('int_calls__contacts_attributed'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_identity__keys_watched'), 'change_seq') }}",
    ],
) }}
-- Grain: one row per stay of a contact in a queue, with its person as of its time.
with

changed_contacts as (

    select contact_id
    from {{ ref('int_calls__contacts_attributed') }}
    where change_seq > {{ mark('int_calls__contacts_attributed') }}

),

-- A stay may begin in another period of its person than its contact.
changed_persons as (

    select identity_key
    from {{ ref('int_identity__keys_watched') }}
    where change_seq > {{ mark('int_identity__keys_watched') }}

),

contacts as (

    select
        contact_id,
        identity_key,
        customer_id,
        direction

    from {{ ref('int_calls__contacts_attributed') }}
    where
        change_seq > {{ mark('int_calls__contacts_attributed') }}
        or identity_key in (select changed_persons.identity_key from changed_persons)

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

persons as (

    select * from {{ ref('int_customers__person_versions') }}

),

asterisk_stays as (

    select * from {{ ref('int_calls__asterisk_stays_derived') }}

),

mapped_stays as (

    select * from {{ ref('int_calls__mapped_stays_latest') }}

),

stays as (

    select
        contact_id || '|' || coalesce(queue_name, '') as queue_entry_id,
        stay_number,
        contact_id,
        source_id,
        queue_name,
        agent_number,
        entered_at,
        entered_local_at,
        answered_at,
        answered_local_at,
        left_at,
        outcome,
        exit_reason,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        is_open,
        false as is_deleted

    from asterisk_stays
    union all
    select
        queue_entry_id,
        1 as stay_number,
        contact_id,
        source_id,
        queue_name,
        agent_number,
        entered_at,
        entered_local_at,
        answered_at,
        answered_local_at,
        coalesce(ended_at, entered_at) as left_at,
        outcome,
        outcome as exit_reason,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        false as is_open,
        is_deleted

    from mapped_stays

),

attributed as (

    select
        stays.*,
        stays.source_id || ':' || stays.queue_name as queue_id,
        stays.source_id || ':' || stays.agent_number as agent_id,
        contacts.identity_key,
        contacts.direction,
        contacts.customer_id,
        persons.segment,
        persons.market,
        coalesce(persons.is_internal, false) as is_internal,
        run.change_seq

    from stays
    cross join run
    inner join contacts
        on stays.contact_id = contacts.contact_id
    left join persons
        on contacts.customer_id = persons.customer_id
            and stays.entered_at >= persons.valid_from
            and stays.entered_at < persons.valid_to

),

{{ only_what_differs('attributed', 'contact_id', 'changed_contacts') }}

select * from final
