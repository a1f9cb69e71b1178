-- Grain: one row per landed version of a payment.
with

source as (

    select * from {{ source('raw', 'mapped__payments') }}

),

renamed as (

    select
        _source_id || ':' || source_id as payment_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        _source_id || ':' || invoice_number as invoice_id,
        channel,
        status,
        paid_at,
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
