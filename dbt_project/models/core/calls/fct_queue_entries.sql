-- Grain: one row per contact and queue, the first entry into that queue.
with

entries as (

    select * from {{ ref('int_calls__stays_identified') }}
    where stay_number = 1 and not is_deleted

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
        entries.queue_entry_id,
        entries.contact_id,
        entries.source_id,
        entries.source_id || ':' || entries.queue_name as queue_id,
        entries.source_id || ':' || entries.agent_number as agent_id,
        entries.direction,
        entries.identity_key,
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
    left join identities
        on entries.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id
            and entries.entered_at >= customers.valid_from
            and entries.entered_at < customers.valid_to

)

select * from final
