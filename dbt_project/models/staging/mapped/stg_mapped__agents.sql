-- Grain: one row per landed version of an agent record.
with

source as (

    select * from {{ source('raw', 'mapped__agents') }}

),

renamed as (

    select
        _source_id || ':' || source_id as agent_record_id,
        _source_id as source_id,
        agent_number,
        team as team_name,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
