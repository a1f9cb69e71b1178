select * from {{ ref('mart_cx_kpi') }}
