-- Grain: one row per contact and queue, the first entry into that queue.
with

asterisk_stays as (

    select * from {{ ref('int_calls__asterisk_stays_derived') }}
    where stay_number = 1

),

mapped_stays as (

    select * from {{ ref('int_calls__mapped_stays_latest') }}
    where not is_deleted

),

contacts as (

    select
        contact_id,
        identity_key,
        direction

    from {{ ref('int_calls__contacts_aggregated') }}

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

entries as (

    select
        contact_id || '|' || coalesce(queue_name, '') as queue_entry_id,
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
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        is_open,
        exit_reason

    from asterisk_stays
    union all
    select
        queue_entry_id,
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
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        false as is_open,
        outcome as exit_reason

    from mapped_stays

),

final as (

    select
        entries.queue_entry_id,
        entries.contact_id,
        entries.source_id,
        entries.source_id || ':' || entries.queue_name as queue_id,
        entries.source_id || ':' || entries.agent_number as agent_id,
        contacts.direction,
        contacts.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        entries.entered_at,
        cast(entries.entered_local_at as date) as entered_local_date,
        {{ half_hour('entries.entered_local_at') }} as interval_start_at,
        entries.answered_at,
        cast(entries.answered_local_at as date) as answered_local_date,
        {{ half_hour('entries.answered_local_at') }} as answered_interval_start_at,
        entries.left_at,
        entries.outcome,
        entries.wait_milliseconds,
        entries.talk_milliseconds,
        entries.hold_milliseconds,
        entries.wrap_milliseconds,
        entries.is_transferred,
        entries.is_open,
        coalesce(customers.is_internal, false) as is_internal,
        entries.exit_reason

    from entries
    inner join run
        on cast(entries.entered_local_at as date) < run.as_of
    inner join contacts
        on entries.contact_id = contacts.contact_id
    left join identities
        on contacts.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id
            and entries.entered_at >= customers.valid_from
            and entries.entered_at < customers.valid_to

)

select * from final
