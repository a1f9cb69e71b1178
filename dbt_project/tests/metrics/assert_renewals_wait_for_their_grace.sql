-- A renewal is mature on the day after its grace, however long the grace is set.
select
    kpi_id,
    statistic,
    maturity_days

from {{ ref('kpis') }}

where
    kpi_id = 'K-RENEW'
    and maturity_days <> {{ var('renewal_grace_days') }} + 1
