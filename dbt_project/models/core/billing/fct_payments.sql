-- Grain: one row per payment.
with

payments as (

    select * from {{ ref('int_billing__payments_latest') }}
    where not is_deleted

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        payments.payment_id,
        payments.source_id,
        payments.invoice_id,
        payments.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        payments.paid_at,
        payments.paid_local_date,
        payments.status,
        payments.channel,
        payments.amount,
        payments.currency_code,
        coalesce(customers.is_internal, false) as is_internal

    from payments
    inner join run
        on {{ is_before_as_of('payments.paid_local_date') }}
    {{ join_person_at('payments', 'payments.paid_at') }}

)

select * from final
