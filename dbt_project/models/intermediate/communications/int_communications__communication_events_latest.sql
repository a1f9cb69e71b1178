{{ config(
    materialized='incremental',
    unique_key='communication_event_id',
    post_hook="{{ set_mark('mapped__communication_events') }}",
) }}
-- Grain: one row per what became of a message, its latest version.
with

communication_events as (

    select * from {{ ref('stg_mapped__communication_events') }}
    where _load_seq > {{ mark('mapped__communication_events') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        communication_events.communication_event_id,
        communication_events.source_id,
        communication_events.communication_id,
        communication_events.event,
        communication_events.is_machine,
        communication_events.occurred_at,
        cast(
            {{ to_local('communication_events.occurred_at', 'run.time_zone') }} as date
        ) as occurred_local_date,
        communication_events.source_version,
        communication_events._load_seq,
        communication_events._landed_at,
        communication_events._op,
        communication_events._row_hash

    from communication_events
    cross join run

),

{{ latest_version('new_rows', 'communication_event_id') }}

select * from final
