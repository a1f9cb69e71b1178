{{ config(materialized='view') }}
-- Grain: one row per renewal of a contract, also one yet to fall due.
with

met_renewals as (

    select * from {{ ref('met_renewals') }}

),

final as (

    select
        renewal_id,
        subscription_id,
        customer_id,
        market,
        segment,
        product_name,
        notice_channel as channel,
        due_on,
        grace_ends_on,
        renewed_on,
        renewal_timeliness,
        days_late,
        is_due,
        is_judged and is_grace_elapsed as is_judged,
        is_renewed_on_time,
        is_renewed_with_grace,
        first_noticed_at,
        notice_lead_days,
        is_noticed_in_time,
        amount,
        currency_code,
        cast(reporting_hundredths * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
            as reporting_amount,
        cast(reporting_real_hundredths * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
            as reporting_real_amount,
        reporting_currency_code

    from met_renewals

)

select * from final
