{{ config(
    materialized='incremental',
    unique_key='interaction_id',
    post_hook="{{ set_mark('mapped__interactions') }}",
) }}
-- Grain: one row per touch outside calls, surveys and orders, its latest version.
with

interactions as (

    select * from {{ ref('stg_mapped__interactions') }}
    where _load_seq > {{ mark('mapped__interactions') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        interactions.interaction_id,
        interactions.source_id,
        coalesce(
            interactions.customer_key,
            case when not interactions.email_is_shared then interactions.email_key end,
            interactions.phone_key,
            'interaction:' || interactions.interaction_id
        ) as identity_key,
        interactions.email_key,
        interactions.email_is_shared,
        interactions.phone_key,
        interactions.agent_number,
        interactions.channel,
        interactions.direction,
        interactions.purpose,
        interactions.reason,
        interactions.outcome,
        interactions.planned_at,
        interactions.started_at,
        interactions.ended_at,
        cast({{ to_local('interactions.started_at', 'run.time_zone') }} as date)
            as started_local_date,
        interactions.source_version,
        interactions._load_seq,
        interactions._landed_at,
        interactions._op,
        interactions._row_hash

    from interactions
    cross join run

),

{{ latest_version('new_rows', 'interaction_id') }}

select * from final
