-- Grain: one row per leg of a call, written when the leg ends, as landed.
with

source as (

    select * from {{ source('raw', 'asterisk__cdr') }}

),

renamed as (

    select
        _source_id || ':' || source_id as leg_id,
        _source_id || ':' || unique_id as contact_id,
        _source_id as source_id,
        unique_id,
        linked_id,
        'phone:' || source_phone_hash as phone_key,
        source_extension,
        destination_extension,
        context,
        channel,
        destination_channel,
        last_application,
        disposition,
        user_field,
        account_code,
        recording_file,
        sequence,
        duration_seconds,
        billable_seconds,
        started_at,
        answered_at,
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
