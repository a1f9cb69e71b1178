{{ config(materialized='view') }}
-- Grain: one row per customer who has not left as of the run.
with

met_value_risk_scores as (

    select * from {{ ref('met_value_risk_scores') }}
    where is_of_today

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        scores.customer_id,
        scores.as_of,
        cast(scores.as_of - interval 1 day as date) as snapshot_date,
        scores.segment,
        scores.market,
        scores.risk_score,
        scores.risk_band,
        scores.has_survey_signal,
        scores.detractor_points,
        scores.dissatisfied_points,
        scores.repeated_contacts_points,
        scores.overdue_invoice_points,
        scores.silence_points,
        scores.renewal_due_points,
        scores.bad_last_contact_points,
        cast(scores.nps_score as integer) as last_nps_score_90d,
        cast(scores.csat_score as integer) as last_csat_score_90d,
        scores.count_contacts_same_reason as count_contacts_same_reason_30d,
        scores.count_overdue_invoices,
        scores.last_order_date,
        scores.days_since_last_order,
        scores.lapse_window_days,
        scores.renewal_due_on,
        scores.last_contact_date,
        scores.count_open_complaints,
        dim_run.currency_code,
        scores.revenue_last_12m_amount as next_12m_value_amount,
        scores.revenue_last_12m_real_amount as next_12m_value_real_amount

    from met_value_risk_scores as scores

    cross join dim_run

)

select * from final
