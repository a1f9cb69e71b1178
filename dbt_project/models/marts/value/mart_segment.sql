{{ config(materialized='view') }}
-- Grain: one row per segment and month of the company calendar.
with

met_value_segment_shares as (

    select * from {{ ref('met_value_segment_shares') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        shares.segment,
        shares.period_type,
        shares.period_start as month_start_date,
        shares.count_customers,
        shares.count_all_customers,
        {{ percentage('shares.count_customers', 'shares.count_all_customers') }}
            as share_pct,
        {{ percentage_bound(
            'shares.count_customers', 'shares.count_all_customers', '-'
        ) }} as share_pct_ci_low,
        {{ percentage_bound(
            'shares.count_customers', 'shares.count_all_customers', '+'
        ) }} as share_pct_ci_high,
        shares.baseline_period_start as baseline_month_start_date,
        shares.count_baseline_customers,
        {{ percentage(
            'shares.count_baseline_customers', 'shares.count_all_baseline_customers'
        ) }} as baseline_share_pct,
        shares.stability_index_part,
        shares.stability_index,
        shares.stability_index > {{ var('segment_drift_limit') }} as is_drifting

    from met_value_segment_shares as shares

    inner join dim_run
        on case
                when dim_run.calendar = 'jalali' then 'jalali_month' else 'month'
            end = shares.period_type

)

select * from final
