-- Grain: one row per landed version of a contract's renewal that falls due.
with

source as (

    select * from {{ source('raw', 'mapped__renewals') }}

),

renamed as (

    select
        _source_id || ':' || source_id as renewal_id,
        _source_id as source_id,
        _source_id || ':' || subscription_number as subscription_id,
        due_on,
        renewed_on,
        outcome,
        amount,
        currency_code,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
