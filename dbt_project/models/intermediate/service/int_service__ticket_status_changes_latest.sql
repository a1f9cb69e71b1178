{{ config(
    materialized='incremental',
    unique_key='ticket_status_change_id',
    post_hook="{{ set_mark('mapped__ticket_status_changes') }}",
) }}
-- Grain: one row per change of a ticket's status, priority or assignee, its latest
-- version.
with

ticket_status_changes as (

    select * from {{ ref('stg_mapped__ticket_status_changes') }}
    where _load_seq > {{ mark('mapped__ticket_status_changes') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        ticket_status_changes.ticket_status_change_id,
        ticket_status_changes.source_id,
        ticket_status_changes.ticket_id,
        ticket_status_changes.change_number,
        ticket_status_changes.status,
        ticket_status_changes.priority,
        ticket_status_changes.queue,
        ticket_status_changes.agent_number,
        ticket_status_changes.changed_at,
        cast(
            {{ to_local('ticket_status_changes.changed_at', 'run.time_zone') }} as date
        ) as changed_local_date,
        ticket_status_changes.source_version,
        ticket_status_changes._load_seq,
        ticket_status_changes._landed_at,
        ticket_status_changes._op,
        ticket_status_changes._row_hash

    from ticket_status_changes
    cross join run

),

{{ latest_version('new_rows', 'ticket_status_change_id') }}

select * from final
