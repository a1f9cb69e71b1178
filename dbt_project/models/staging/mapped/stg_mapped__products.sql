-- Grain: one row per landed version of a product, with its list price.
with

source as (

    select * from {{ source('raw', 'mapped__products') }}

),

renamed as (

    select
        _source_id || ':' || source_id as product_id,
        _source_id as source_id,
        product_name,
        product_line,
        has_guide,
        list_price_amount,
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
