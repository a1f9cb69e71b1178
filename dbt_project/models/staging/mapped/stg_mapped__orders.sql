-- Grain: one row per landed version of an order.
with

source as (

    select * from {{ source('raw', 'mapped__orders') }}

),

renamed as (

    select
        _source_id || ':' || source_id as order_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        status,
        channel,
        product_name,
        market,
        currency_code,
        amount,
        ordered_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
