-- Grain: one row per landed version of what a person allows, per channel and purpose.
with

source as (

    select * from {{ source('raw', 'mapped__consents') }}

),

renamed as (

    select
        _source_id || ':' || source_id as consent_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        channel,
        purpose,
        status,
        changed_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
