-- Grain: one row per market, segment and local day: what was billed and what came in.
with

met_invoices as (

    select * from {{ ref('met_invoices') }}

),

fct_payments as (

    select * from {{ ref('fct_payments') }}

),

billed_invoices as (

    select * from met_invoices

    where is_billed and exchange_rate is not null

),

payments as (

    select
        invoices.market,
        invoices.segment,
        invoices.amount as billed_amount,
        invoices.exchange_rate,
        payments.paid_local_date,
        payments.amount,
        sum(payments.amount) over (
            partition by payments.invoice_id
            order by payments.paid_at, payments.payment_id
            rows between unbounded preceding and current row
        ) as amount_so_far

    from fct_payments as payments

    inner join billed_invoices as invoices
        on payments.invoice_id = invoices.invoice_id
            and coalesce(payments.currency_code, invoices.currency_code)
            = invoices.currency_code

    where payments.status = 'received'

),

-- More than the bill is no receivable of the next one.
receipts as (

    select
        market,
        segment,
        exchange_rate,
        paid_local_date,
        least(amount_so_far, billed_amount)
        - least(amount_so_far - amount, billed_amount) as amount

    from payments

),

flows as (

    select
        market,
        segment,
        issued_on as local_date,
        1 as count_billed,
        reporting_hundredths as billed_hundredths,
        cast(0 as bigint) as received_hundredths

    from billed_invoices

    union all

    select
        market,
        segment,
        paid_local_date as local_date,
        0 as count_billed,
        cast(0 as bigint) as billed_hundredths,
        cast(round(cast(amount * 100 as decimal(18, 0)) * exchange_rate) as bigint)
            as received_hundredths

    from receipts

),

final as (

    select
        market,
        segment,
        local_date,
        cast(sum(count_billed) as bigint) as count_billed,
        cast(sum(billed_hundredths) as bigint) as billed_hundredths,
        cast(sum(received_hundredths) as bigint) as received_hundredths

    from flows

    group by market, segment, local_date

)

select * from final
