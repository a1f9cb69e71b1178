{{ config(
    materialized='incremental',
    unique_key='agent_state_id',
    post_hook="{{ set_mark('mapped__agent_states') }}",
) }}
-- Grain: one row per stretch of an agent's day in one state, its latest version.
with

agent_states as (

    select * from {{ ref('stg_mapped__agent_states') }}
    where _load_seq > {{ mark('mapped__agent_states') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        agent_states.agent_state_id,
        agent_states.source_id,
        agent_states.agent_number,
        agent_states.state,
        agent_states.started_at,
        agent_states.ended_at,
        cast({{ to_local('agent_states.started_at', 'run.time_zone') }} as date)
            as started_local_date,
        agent_states.source_version,
        agent_states._load_seq,
        agent_states._landed_at,
        agent_states._op,
        agent_states._row_hash

    from agent_states
    cross join run

),

{{ latest_version('new_rows', 'agent_state_id') }}

select * from final
