{{ config(materialized='view') }}
-- Grain: one row per customer with an order as of the run.
with

met_value_rfm_scores as (

    select * from {{ ref('met_value_rfm_scores') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        scores.customer_id,
        scores.as_of,
        scores.snapshot_date,
        scores.segment,
        scores.market,
        dim_run.currency_code,
        scores.days_since_last_order,
        scores.count_order_days,
        scores.order_revenue_real_amount,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        scores.rfm_score,
        scores.count_classes,
        scores.is_best_customer

    from met_value_rfm_scores as scores

    cross join dim_run

)

select * from final
