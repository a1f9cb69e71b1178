-- Grain: one row per landed version of a sales opportunity.
with

source as (

    select * from {{ source('raw', 'mapped__opportunities') }}

),

renamed as (

    select
        _source_id || ':' || source_id as opportunity_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        _source_id || ':' || account_number as account_id,
        _source_id || ':' || owner_number as owner_id,
        product_name,
        stage,
        outcome,
        currency_code,
        amount,
        opened_on,
        closed_on,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
