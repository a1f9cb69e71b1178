{{ config(materialized='view') }}
-- Grain: one row per market, segment, first-order month and month after it.
with

met_revenue_cohort_cells as (

    select * from {{ ref('met_revenue_cohort_cells') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

cells as (

    select
        cohorts.*,
        case when cohorts.is_mature then cohorts.count_active end as count_seen,
        case when cohorts.is_mature then cohorts.count_active_or_later end
            as count_seen_or_later

    from met_revenue_cohort_cells as cohorts

    cross join dim_run

    where
        cohorts.period_type
        = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

),

final as (

    select
        market,
        segment,
        period_type,
        cohort_month_start_date,
        cohort_month_end_date,
        cast(months_since_first_order as integer) as months_since_first_order,
        is_mature,
        count_customers,
        count_seen as count_active,
        count_seen_or_later as count_active_or_later,
        {{ percentage('count_seen', 'count_customers') }} as cohort_retention_pct,
        case when is_mature then
                {{ percentage_bound('count_seen', 'count_customers', '-') }}
        end as cohort_retention_pct_ci_low,
        case when is_mature then
                {{ percentage_bound('count_seen', 'count_customers', '+') }}
        end as cohort_retention_pct_ci_high,
        {{ percentage('count_seen_or_later', 'count_customers') }}
            as unbounded_retention_pct,
        case when is_mature then
                {{ percentage_bound('count_seen_or_later', 'count_customers', '-') }}
        end as unbounded_retention_pct_ci_low,
        case when is_mature then
                {{ percentage_bound('count_seen_or_later', 'count_customers', '+') }}
        end as unbounded_retention_pct_ci_high,
        count_customers < 30 as low_n

    from cells

)

select * from final
