-- Grain: one row per landed version of what became of a message.
with

source as (

    select * from {{ source('raw', 'mapped__communication_events') }}

),

renamed as (

    select
        _source_id || ':' || source_id as communication_event_id,
        _source_id as source_id,
        -- A delete names its message in its key only.
        _source_id || ':' || coalesce(
            message_number,
            replace(replace(split_part(source_id, '|', 1), '%7C', '|'), '%25', '%')
        ) as communication_id,
        event,
        is_machine,
        occurred_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
