-- Grain: one row per landed version of a stretch of an agent's day in one state.
with

source as (

    select * from {{ source('raw', 'mapped__agent_states') }}

),

renamed as (

    select
        _source_id || ':' || source_id as agent_state_id,
        _source_id as source_id,
        agent_number,
        state,
        started_at,
        ended_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
