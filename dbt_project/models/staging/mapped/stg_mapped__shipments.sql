-- Grain: one row per landed version of a delivery of an order.
with

source as (

    select * from {{ source('raw', 'mapped__shipments') }}

),

renamed as (

    select
        _source_id || ':' || source_id as shipment_id,
        _source_id as source_id,
        coalesce(order_source_id, _source_id) || ':' || order_number as order_id,
        shipped_at,
        promised_at,
        delivered_at,
        is_complete,
        is_damaged,
        is_correctly_documented,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
