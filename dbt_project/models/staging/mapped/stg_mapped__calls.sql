-- Grain: one row per landed version of a call.
with

source as (

    select * from {{ source('raw', 'mapped__calls') }}

),

renamed as (

    select
        _source_id || ':' || source_id as queue_entry_id,
        _source_id || ':' || split_part(source_id, '|', 1) as contact_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        'phone:' || phone_hash as phone_key,
        call_number,
        queue as queue_name,
        agent_number,
        direction,
        outcome,
        reason,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        entered_at,
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
