{{ config(materialized='view') }}
select * from {{ ref('mart_cx_kpi') }}
