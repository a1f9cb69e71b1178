-- Grain: one row per event that the queue application wrote, as landed.
with

source as (

    select * from {{ source('raw', 'asterisk__queue_log') }}

),

renamed as (

    select
        _source_id || ':' || source_id as event_id,
        _source_id || ':' || call_id as contact_id,
        _source_id as source_id,
        call_id,
        queue as queue_name,
        agent as agent_name,
        event as event_name,
        'phone:' || caller_phone_hash as phone_key,
        data1,
        data2,
        data3,
        data4,
        data5,
        event_order,
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
