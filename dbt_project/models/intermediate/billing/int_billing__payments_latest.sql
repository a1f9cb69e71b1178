{{ config(
    materialized='incremental',
    unique_key='payment_id',
    post_hook="{{ set_mark('mapped__payments') }}",
) }}
-- Grain: one row per payment, its latest version.
with

payments as (

    select * from {{ ref('stg_mapped__payments') }}
    where _load_seq > {{ mark('mapped__payments') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        payments.payment_id,
        payments.source_id,
        coalesce(
            payments.customer_key,
            'payment:' || payments.payment_id
        ) as identity_key,
        payments.customer_key,
        payments.invoice_id,
        payments.channel,
        payments.status,
        payments.paid_at,
        payments.amount,
        payments.currency_code,
        cast({{ to_local('payments.paid_at', 'run.time_zone') }} as date)
            as paid_local_date,
        payments.source_version,
        payments._load_seq,
        payments._landed_at,
        payments._op,
        payments._row_hash

    from payments
    cross join run

),

{{ latest_version('new_rows', 'payment_id') }}

select * from final
