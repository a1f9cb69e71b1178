-- Grain: one row per landed version of a step of a call in the voice menu.
with

source as (

    select * from {{ source('raw', 'mapped__ivr_events') }}

),

renamed as (

    select
        _source_id || ':' || source_id as ivr_event_id,
        _source_id as source_id,
        'phone:' || phone_hash as phone_key,
        call_number,
        step_number,
        menu,
        node,
        event,
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
