{{ config(
    materialized='incremental',
    unique_key='web_event_id',
    post_hook="{{ set_mark('mapped__web_events') }}",
) }}
-- Grain: one row per step of a visitor on a site or in an app, its latest version.
with

web_events as (

    select * from {{ ref('stg_mapped__web_events') }}
    where _load_seq > {{ mark('mapped__web_events') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        web_events.web_event_id,
        web_events.source_id,
        coalesce(
            web_events.customer_key,
            web_events.visitor_key,
            'visitor:' || web_events.web_event_id
        ) as identity_key,
        web_events.customer_key,
        web_events.visitor_key,
        web_events.session_number,
        web_events.page,
        web_events.task,
        web_events.event,
        web_events.campaign_source,
        web_events.is_bot,
        web_events.occurred_at,
        cast({{ to_local('web_events.occurred_at', 'run.time_zone') }} as date)
            as occurred_local_date,
        web_events.source_version,
        web_events._load_seq,
        web_events._landed_at,
        web_events._op,
        web_events._row_hash

    from web_events
    cross join run

),

{{ latest_version('new_rows', 'web_event_id') }}

select * from final
