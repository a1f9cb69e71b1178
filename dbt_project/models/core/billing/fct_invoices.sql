{{ config(materialized='table') }}
-- Grain: one row per invoice, with what was paid of it before as_of.
with

invoices as (

    select * from {{ ref('int_billing__invoices_latest') }}
    where not is_deleted

),

payments as (

    select * from {{ ref('int_billing__payments_latest') }}
    where not is_deleted and status = 'received'

),

communications as (

    select * from {{ ref('int_communications__communications_latest') }}
    where not is_deleted and purpose = 'billing' and not coalesce(is_test, false)

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

received as (

    select
        invoices.invoice_id,
        invoices.amount as invoice_amount,
        payments.payment_id,
        payments.channel,
        payments.paid_at,
        payments.paid_local_date,
        payments.amount,
        sum(payments.amount) over (
            partition by invoices.invoice_id
            order by payments.paid_at, payments.payment_id
            rows between unbounded preceding and current row
        ) as amount_so_far

    from invoices
    inner join payments
        on invoices.invoice_id = payments.invoice_id
            and coalesce(payments.currency_code, invoices.currency_code)
            is not distinct from invoices.currency_code
    inner join run
        on {{ is_before_as_of('payments.paid_local_date') }}

),

paid as (

    select
        invoice_id,
        cast(sum(amount) as decimal(18, 2)) as paid_amount,
        count(*) as count_payments

    from received
    group by invoice_id

),

-- A part payment counts when the last cent arrives.
completing_payments as (

    select * from received
    where amount_so_far >= invoice_amount
    qualify row_number() over (
            partition by invoice_id order by paid_at, payment_id
        ) = 1

),

first_notices as (

    select
        communications.about_id as invoice_id,
        communications.channel,
        communications.sent_at,
        communications.sent_local_date

    from communications
    inner join run
        on {{ is_before_as_of('communications.sent_local_date') }}
    qualify row_number() over (
            partition by communications.about_id
            order by communications.sent_at, communications.communication_id
        ) = 1

),

final as (

    select
        invoices.invoice_id,
        invoices.source_id,
        invoices.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        invoices.subscription_id,
        invoices.order_id,
        invoices.issued_on,
        invoices.due_on,
        invoices.status,
        invoices.status = 'void' as is_void,
        invoices.status = 'disputed' as is_disputed,
        invoices.amount,
        coalesce(paid.paid_amount, 0) as paid_amount,
        invoices.currency_code,
        coalesce(paid.count_payments, 0) as count_payments,
        completing_payments.paid_at as paid_in_full_at,
        completing_payments.paid_local_date as paid_in_full_local_date,
        cast(
            {{ dbt.datediff(
                'invoices.due_on', 'completing_payments.paid_local_date', 'day'
            ) }} as integer
        ) as days_late,
        case
            when invoices.status in ('void', 'disputed') or invoices.amount <= 0
                then null
            when completing_payments.paid_local_date is not null
                then completing_payments.paid_local_date <= invoices.due_on
            when invoices.due_on < run.as_of then false
        end as is_paid_on_time,
        coalesce(invoices.notice_channel, first_notices.channel) as notice_channel,
        first_notices.sent_at as first_noticed_at,
        cast(
            {{ dbt.datediff(
                'first_notices.sent_local_date', 'invoices.due_on', 'day'
            ) }} as integer
        ) as notice_lead_days,
        completing_payments.channel as payment_channel,
        completing_payments.channel
        = coalesce(invoices.notice_channel, first_notices.channel)
            as is_paid_by_notice_channel,
        coalesce(customers.is_internal, false) as is_internal

    from invoices
    inner join run
        on {{ is_before_as_of('invoices.issued_on') }}
    left join paid
        on invoices.invoice_id = paid.invoice_id
    left join completing_payments
        on invoices.invoice_id = completing_payments.invoice_id
            and invoices.amount > 0
    left join first_notices
        on invoices.invoice_id = first_notices.invoice_id
    {{ join_person_at('invoices', 'cast(invoices.issued_on as timestamp)') }}

)

select * from final
