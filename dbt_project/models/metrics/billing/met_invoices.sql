-- Grain: one row per invoice of a customer: what was owed, when, and how it was paid.
with

fct_invoices as (

    select * from {{ ref('fct_invoices') }}

),

met_currency_days as (

    select * from {{ ref('met_currency_days') }}

),

met_payment_days as (

    select * from {{ ref('met_payment_days') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

notice_rules as (

    select max(threshold_milliseconds) / 86400000 as notice_days

    from kpis

    where kpi_id = 'K-NOTICE.I'

),

invoices as (

    select
        fct_invoices.*,
        dim_run.as_of,
        dim_run.currency_code as reporting_currency_code,
        coalesce(fct_invoices.currency_code, dim_run.currency_code) as money_code,
        not fct_invoices.is_void
        and coalesce(fct_invoices.amount > 0, false) as is_billed,
        coalesce(fct_invoices.due_on < dim_run.as_of, false) as is_past_due_day,
        coalesce(payment_days.payable_until, fct_invoices.due_on) as payable_until,
        coalesce(
            coalesce(payment_days.payable_until, fct_invoices.due_on) < dim_run.as_of,
            false
        ) as is_payable_over

    from fct_invoices

    cross join dim_run

    left join met_payment_days as payment_days
        on fct_invoices.due_on = payment_days.calendar_date

    where not fct_invoices.is_internal

),

final as (

    select
        invoices.invoice_id,
        invoices.customer_id,
        coalesce(invoices.market, 'unknown') as market,
        coalesce(invoices.segment, 'unknown') as segment,
        invoices.subscription_id,
        invoices.order_id,
        invoices.issued_on,
        invoices.due_on,
        invoices.status as invoice_status,
        invoices.paid_in_full_local_date as paid_in_full_on,
        cast({{ dbt.datediff(
            'invoices.payable_until', 'invoices.paid_in_full_local_date', 'day'
        ) }} as integer) as days_late,
        invoices.is_billed,
        invoices.payable_until,
        -- Who paid early is out with those who still have time, or early ones flatter.
        invoices.is_payable_over and invoices.is_paid_on_time is not null as is_judged,
        coalesce(
            invoices.is_payable_over
            and invoices.is_paid_on_time is not null
            and invoices.paid_in_full_local_date <= invoices.payable_until,
            false
        ) as is_paid_on_time,
        coalesce(
            invoices.is_payable_over
            and invoices.is_paid_on_time is not null
            and invoices.paid_in_full_local_date > invoices.payable_until,
            false
        ) as is_paid_late,
        invoices.is_past_due_day and invoices.is_paid_on_time is not null
            as is_judged_by_due_day,
        coalesce(invoices.is_past_due_day and invoices.is_paid_on_time, false)
            as is_paid_by_due_day,
        invoices.is_billed and invoices.is_past_due_day as is_notice_due,
        coalesce(
            invoices.is_billed
            and invoices.is_past_due_day
            and invoices.notice_lead_days >= notice_rules.notice_days,
            false
        ) as is_noticed_in_time,
        invoices.notice_lead_days,
        invoices.notice_channel,
        invoices.payment_channel,
        not invoices.is_void
        and invoices.is_paid_by_notice_channel is not null as is_channel_known,
        coalesce(not invoices.is_void and invoices.is_paid_by_notice_channel, false)
            as is_paid_by_notice_channel,
        invoices.amount,
        invoices.paid_amount,
        invoices.money_code as currency_code,
        invoices.reporting_currency_code,
        rates.exchange_rate,
        {{ reporting_hundredths('invoices.amount', 'rates.exchange_rate') }}
            as reporting_hundredths,
        {{ real_hundredths(
            reporting_hundredths('invoices.amount', 'rates.exchange_rate'),
            'rates.price_index'
        ) }} as reporting_real_hundredths

    from invoices

    cross join notice_rules

    left join met_currency_days as rates
        on invoices.money_code = rates.currency_code
            and coalesce(invoices.due_on, invoices.issued_on) = rates.calendar_date

)

select * from final
