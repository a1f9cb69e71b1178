{{ config(materialized='view') }}
-- Grain: one row per KPI statistic, grain key and day.
with

mart_cx_kpi as (

    select * from {{ ref('mart_cx_kpi') }}

),

final as (

    select * from mart_cx_kpi

    where period_type = 'day'

)

select * from final
