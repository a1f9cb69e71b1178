-- Grain: one row per landed version of an account (company) record.
with

source as (

    select * from {{ source('raw', 'mapped__accounts') }}

),

renamed as (

    select
        _source_id || ':' || source_id as account_id,
        _source_id as source_id,
        account_number,
        account_name,
        segment,
        industry,
        market,
        created_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
