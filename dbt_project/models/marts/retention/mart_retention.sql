-- Grain: one row per market, segment and ended month of the company calendar.
with

met_retention_cells as (

    select * from {{ ref('met_retention_cells') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        cells.market,
        cells.segment,
        cells.period_type,
        cells.period_start as month_start_date,
        cells.period_end as month_end_date,
        cells.count_active_at_start,
        cells.count_retained,
        cells.count_churned,
        cells.count_churned_voluntarily,
        cells.count_churned_involuntarily,
        cells.count_new,
        cells.count_reactivated,
        cells.count_active_at_end,
        {{ percentage('cells.count_retained', 'cells.count_active_at_start') }}
            as retention_pct,
        {{ percentage_bound(
            'cells.count_retained', 'cells.count_active_at_start', '-'
        ) }} as retention_pct_ci_low,
        {{ percentage_bound(
            'cells.count_retained', 'cells.count_active_at_start', '+'
        ) }} as retention_pct_ci_high,
        {{ percentage('cells.count_churned', 'cells.count_active_at_start') }}
            as churn_pct,
        {{ percentage(
            'cells.count_churned_voluntarily', 'cells.count_active_at_start'
        ) }} as voluntary_churn_pct,
        {{ percentage(
            'cells.count_churned_involuntarily', 'cells.count_active_at_start'
        ) }} as involuntary_churn_pct,
        cells.count_active_at_start < 30 as low_n

    from met_retention_cells as cells

    cross join dim_run

    where
        cells.period_type
        = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

)

select * from final
