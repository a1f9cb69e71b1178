-- Grain: one row per landed version of a message or note of a ticket.
with

source as (

    select * from {{ source('raw', 'mapped__ticket_messages') }}

),

renamed as (

    select
        _source_id || ':' || source_id as ticket_message_id,
        _source_id as source_id,
        _source_id || ':' || ticket_number as ticket_id,
        message_number,
        author_kind,
        agent_number,
        is_public,
        channel,
        message_text,
        sent_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
