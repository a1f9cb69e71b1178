{{ config(
    materialized='incremental',
    unique_key='ivr_event_id',
    post_hook="{{ set_mark('mapped__ivr_events') }}",
) }}
-- Grain: one row per step of a call in the voice menu, its latest version.
with

ivr_events as (

    select * from {{ ref('stg_mapped__ivr_events') }}
    where _load_seq > {{ mark('mapped__ivr_events') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        ivr_events.ivr_event_id,
        ivr_events.source_id,
        ivr_events.phone_key,
        ivr_events.call_number,
        ivr_events.step_number,
        ivr_events.menu,
        ivr_events.node,
        ivr_events.event,
        ivr_events.occurred_at,
        cast({{ to_local('ivr_events.occurred_at', 'run.time_zone') }} as date)
            as occurred_local_date,
        ivr_events.source_version,
        ivr_events._load_seq,
        ivr_events._landed_at,
        ivr_events._op,
        ivr_events._row_hash

    from ivr_events
    cross join run

),

{{ latest_version('new_rows', 'ivr_event_id') }}

select * from final
