{{ config(materialized='view') }}
-- Grain: one row per segment, ended year, discount rate and retention rate.
with

met_value_uplifts as (

    select * from {{ ref('met_value_uplifts') }}
    where grain_name = 'segment'

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        uplifts.grain_key as segment,
        uplifts.period_start as year_start_date,
        uplifts.period_end as year_end_date,
        uplifts.discount_rate,
        uplifts.retention_at as retention_rate,
        uplifts.is_own_retention,
        uplifts.is_own_discount,
        uplifts.count_active_at_start,
        uplifts.count_retained,
        dim_run.currency_code,
        uplifts.margin_amount,
        uplifts.margin_real_amount,
        uplifts.margin_per_customer_amount,
        uplifts.margin_per_customer_real_amount,
        uplifts.clv_end_amount,
        uplifts.clv_immediate_amount,
        uplifts.clv_end_real_amount,
        uplifts.clv_immediate_real_amount,
        uplifts.uplift_5_points_end_pct,
        uplifts.uplift_5_points_immediate_pct,
        uplifts.uplift_5_percent_end_pct,
        uplifts.uplift_5_percent_immediate_pct

    from met_value_uplifts as uplifts

    cross join dim_run

)

select * from final
