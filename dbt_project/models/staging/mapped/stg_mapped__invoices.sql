-- Grain: one row per landed version of an invoice.
with

source as (

    select * from {{ source('raw', 'mapped__invoices') }}

),

renamed as (

    select
        _source_id || ':' || source_id as invoice_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        _source_id || ':' || subscription_number as subscription_id,
        _source_id || ':' || order_number as order_id,
        status,
        notice_channel,
        issued_on,
        due_on,
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
