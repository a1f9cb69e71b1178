{{ config(
    materialized='incremental',
    unique_key='invoice_id',
    post_hook="{{ set_mark('mapped__invoices') }}",
) }}
-- Grain: one row per invoice, its latest version.
with

invoices as (

    select * from {{ ref('stg_mapped__invoices') }}
    where _load_seq > {{ mark('mapped__invoices') }}

),

new_rows as (

    select
        invoices.invoice_id,
        invoices.source_id,
        coalesce(
            invoices.customer_key,
            'invoice:' || invoices.invoice_id
        ) as identity_key,
        invoices.customer_key,
        invoices.subscription_id,
        invoices.order_id,
        invoices.status,
        invoices.notice_channel,
        invoices.issued_on,
        invoices.due_on,
        invoices.amount,
        invoices.currency_code,
        invoices.source_version,
        invoices._load_seq,
        invoices._landed_at,
        invoices._op,
        invoices._row_hash

    from invoices

),

{{ latest_version('new_rows', 'invoice_id') }}

select * from final
