{{ config(materialized='view') }}
-- Grain: one row per KPI statistic, grain key and week.
with

mart_cx_kpi as (

    select * from {{ ref('mart_cx_kpi') }}

),

-- All columns of the long table: the contract of each view lists them.
values_of_the_period as (

    select *

    from mart_cx_kpi

    where period_type = 'week'

)

select * from values_of_the_period
