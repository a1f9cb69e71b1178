-- Grain: one row per landed version of a recording; its sound is never read.
with

source as (

    select * from {{ source('raw', 'mapped__recordings') }}

),

renamed as (

    select
        _source_id || ':' || source_id as recording_id,
        _source_id as source_id,
        call_number,
        is_consent_refused,
        length_milliseconds,
        recorded_at,
        deleted_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
