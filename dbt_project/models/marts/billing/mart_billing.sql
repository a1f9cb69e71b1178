{{ config(materialized='view') }}
-- Grain: one row per invoice.
with

met_invoices as (

    select * from {{ ref('met_invoices') }}

),

final as (

    select
        invoice_id,
        customer_id,
        subscription_id,
        order_id,
        market,
        segment,
        coalesce(notice_channel, 'unknown') as channel,
        payment_channel,
        invoice_status,
        issued_on,
        due_on,
        paid_in_full_on,
        days_late,
        is_billed,
        is_judged,
        is_paid_on_time,
        is_paid_late,
        payable_until,
        is_judged_by_due_day,
        is_paid_by_due_day,
        is_notice_due,
        is_noticed_in_time,
        notice_lead_days,
        is_channel_known,
        is_paid_by_notice_channel,
        amount,
        paid_amount,
        currency_code,
        cast(reporting_hundredths * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
            as reporting_amount,
        cast(reporting_real_hundredths * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
            as reporting_real_amount,
        reporting_currency_code

    from met_invoices

)

select * from final
