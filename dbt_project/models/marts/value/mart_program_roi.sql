{{ config(materialized='view') }}
-- Grain: one row per programme that is to keep customers and ended year.
with

met_value_programs as (

    select * from {{ ref('met_value_programs') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        programs.program,
        programs.period_start as year_start_date,
        programs.period_end as year_end_date,
        programs.estimation_status,
        programs.count_treated,
        programs.count_treated_retained,
        {{ percentage('programs.count_treated_retained', 'programs.count_treated') }}
            as treated_retention_pct,
        {{ percentage_bound(
            'programs.count_treated_retained', 'programs.count_treated', '-'
        ) }} as treated_retention_pct_ci_low,
        {{ percentage_bound(
            'programs.count_treated_retained', 'programs.count_treated', '+'
        ) }} as treated_retention_pct_ci_high,
        programs.count_comparison,
        programs.count_comparison_retained,
        {{ percentage(
            'programs.count_comparison_retained', 'programs.count_comparison'
        ) }} as comparison_retention_pct,
        {{ percentage_bound(
            'programs.count_comparison_retained', 'programs.count_comparison', '-'
        ) }} as comparison_retention_pct_ci_low,
        {{ percentage_bound(
            'programs.count_comparison_retained', 'programs.count_comparison', '+'
        ) }} as comparison_retention_pct_ci_high,
        programs.kept_low as customers_kept_low,
        programs.kept_high as customers_kept_high,
        dim_run.currency_code,
        programs.margin_per_retained_amount,
        programs.margin_per_retained_real_amount,
        programs.cost_amount,
        programs.cost_real_amount,
        programs.roi_low_pct,
        programs.roi_high_pct,
        programs.roi_real_low_pct,
        programs.roi_real_high_pct

    from met_value_programs as programs

    cross join dim_run

)

select * from final
