{{ config(materialized='view') }}
-- Grain: one row per KPI statistic, grain key and period: what days do not add up to.
with

met_contact_center_quantiles as (

    select * from {{ ref('met_contact_center_quantiles') }}

),

met_contact_center_peaks as (

    select * from {{ ref('met_contact_center_peaks') }}

),

met_survey_weighted_scores as (

    select * from {{ ref('met_survey_weighted_scores') }}

),

met_retention_components as (

    select * from {{ ref('met_retention_components') }}

),

-- Only attainment has a numerator.
computed_values as (

    select
        {{ kpi_key() }},
        numerator,
        n,
        value,
        cast(null as double) as standard_error,
        ci_low,
        ci_high

    from met_contact_center_quantiles

    union all

    select
        {{ kpi_key() }},
        cast(null as bigint) as numerator,
        n,
        value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from met_contact_center_peaks

    union all

    select
        {{ kpi_key() }},
        cast(null as bigint) as numerator,
        n,
        value,
        standard_error,
        ci_low,
        ci_high

    from met_survey_weighted_scores

    union all

    select
        {{ kpi_key() }},
        numerator,
        n,
        cast(null as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from met_retention_components

),

family_values as (

    {{ union_of([
        ref('met_kpi_duration_quantiles'),
        ref('met_service_desk_medians'),
        ref('met_service_desk_backlog_values'),
        ref('met_issue_values'),
        ref('met_pipeline_cycle_values'),
        ref('met_pipeline_coverage_values'),
        ref('met_journey_stage_values'),
        ref('met_journey_time_values'),
        ref('met_journey_map_values'),
        ref('met_attribution_values'),
        ref('met_referral_values'),
        ref('met_acquisition_cost_values'),
        ref('met_communication_values'),
        ref('met_billing_values'),
        ref('met_revenue_values'),
        ref('met_agents_values'),
        ref('met_agents_staffing_values'),
        ref('met_value_snapshot_values'),
        ref('met_value_period_values'),
        ref('met_bias_values'),
        ref('met_competitor_values'),
        ref('met_dimension_values'),
        ref('met_review_values'),
        ref('met_reputation_values'),
        ref('met_employee_link_values'),
        ref('met_voc_theme_values'),
        ref('met_identity_values'),
    ], kpi_value_columns()) }}

),

final as (

    select
        {{ kpi_key() }},
        numerator,
        case when numerator is not null then n end as denominator,
        n,
        n as n_with_immature,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        value,
        standard_error,
        ci_low,
        ci_high

    from computed_values

    union all

    select * from family_values

)

select * from final
