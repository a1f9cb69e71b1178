{{ config(materialized='view') }}
-- Grain: one row per KPI statistic, cell and local day, of all families.
with

final as (

    {{ union_of([
        ref('met_survey_response_cells'),
        ref('met_service_desk_cells'),
        ref('met_issue_cells'),
        ref('met_service_rate_cells'),
        ref('met_pipeline_cells'),
        ref('met_journey_cells'),
        ref('met_acquisition_task_cells'),
        ref('met_communication_cells'),
        ref('met_billing_cells'),
        ref('met_renewal_cells'),
        ref('met_revenue_cells'),
        ref('met_agents_cells'),
        ref('met_agents_call_cells'),
        ref('met_method_cells'),
        ref('met_competitor_cells'),
        ref('met_blueprint_cells'),
        ref('met_maturity_cells'),
        ref('met_coverage_cells'),
        ref('met_review_cells'),
        ref('met_voc_cells'),
    ], kpi_cell_columns() | join(', ')) }}

)

select * from final
