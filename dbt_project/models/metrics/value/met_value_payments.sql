{{ config(materialized='view') }}
-- Grain: one row per payment of a person that moves the person's account.
with

fct_payments as (

    select * from {{ ref('fct_payments') }}
    where
        not is_internal
        and customer_id is not null
        and status in ('received', 'refunded')

),

fct_invoices as (

    select * from {{ ref('fct_invoices') }}

),

-- Nobody's orders and those of the company itself are no revenue to be lowered.
fct_orders as (

    select * from {{ ref('fct_orders') }}
    where not is_internal and customer_id is not null

),

-- A bill of an order is no second revenue; what is paid back of one lowers the first.
final as (

    select
        fct_payments.payment_id,
        fct_payments.customer_id,
        fct_payments.paid_local_date,
        fct_payments.status,
        fct_payments.currency_code,
        fct_payments.amount,
        fct_invoices.order_id is not null as is_of_order,
        fct_orders.product_name

    from fct_payments

    left join fct_invoices
        on fct_payments.invoice_id = fct_invoices.invoice_id

    left join fct_orders
        on fct_invoices.order_id = fct_orders.order_id

    where
        fct_invoices.order_id is null
        or (fct_payments.status = 'refunded' and fct_orders.status = 'completed')

)

select * from final
