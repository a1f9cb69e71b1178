-- Grain: one row per contact and queue, the first entry into that queue.
with

entries as (

    select * from {{ ref('int_calls__stays_identified') }}
    where stay_number = 1 and not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        entries.queue_entry_id,
        entries.contact_id,
        entries.source_id,
        entries.queue_id,
        entries.agent_id,
        entries.direction,
        entries.identity_key,
        entries.customer_id,
        entries.segment,
        entries.market,
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
        entries.is_internal,
        entries.exit_reason,
        entries.change_seq

    from entries
    inner join run
        on {{ is_before_as_of('cast(entries.entered_local_at as date)') }}

)

select * from final
