-- Grain: one row per channel event, as landed.
with

source as (

    select * from {{ source('raw', 'asterisk__cel') }}

),

renamed as (

    select
        _source_id || ':' || source_id as channel_event_id,
        _source_id as source_id,
        event_type,
        unique_id,
        linked_id,
        extension,
        channel,
        application,
        event_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
