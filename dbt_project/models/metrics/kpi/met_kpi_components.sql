{{ config(materialized='view') }}
-- Grain: one row per KPI statistic, grain key and local day: parts of all KPIs.
with

met_survey_components as (

    select * from {{ ref('met_survey_components') }}

),

met_contact_center_components as (

    select * from {{ ref('met_contact_center_components') }}

),

met_kpi_cell_components as (

    select * from {{ ref('met_kpi_cell_components') }}

),

plain_components as (

    select * from met_survey_components

    union all

    select * from met_contact_center_components

),

final as (

    select
        *,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from plain_components

    union all

    select * from met_kpi_cell_components

)

select * from final
