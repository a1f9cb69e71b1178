{{ config(materialized='view') }}
-- Grain: one row per KPI, cell, local day and duration, of all families.
with

final as (

    {{ union_of([
        ref('met_service_desk_durations'),
        ref('met_pipeline_durations'),
        ref('met_billing_durations'),
        ref('met_review_durations'),
    ], kpi_duration_columns()) }}

)

select * from final
