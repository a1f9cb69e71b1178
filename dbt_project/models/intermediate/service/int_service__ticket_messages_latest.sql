{{ config(
    materialized='incremental',
    unique_key='ticket_message_id',
    post_hook="{{ set_mark('mapped__ticket_messages') }}",
) }}
-- Grain: one row per message or note of a ticket, its latest version.
with

ticket_messages as (

    select * from {{ ref('stg_mapped__ticket_messages') }}
    where _load_seq > {{ mark('mapped__ticket_messages') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        ticket_messages.ticket_message_id,
        ticket_messages.source_id,
        ticket_messages.ticket_id,
        ticket_messages.message_number,
        ticket_messages.author_kind,
        ticket_messages.agent_number,
        ticket_messages.is_public,
        ticket_messages.channel,
        ticket_messages.message_text,
        ticket_messages.sent_at,
        cast({{ to_local('ticket_messages.sent_at', 'run.time_zone') }} as date)
            as sent_local_date,
        ticket_messages.source_version,
        ticket_messages._load_seq,
        ticket_messages._landed_at,
        ticket_messages._op,
        ticket_messages._row_hash

    from ticket_messages
    cross join run

),

{{ latest_version('new_rows', 'ticket_message_id') }}

select * from final
