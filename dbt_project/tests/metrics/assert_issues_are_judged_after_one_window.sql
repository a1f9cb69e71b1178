-- The chain of contacts is built once: every KPI of it names the same window, and a
-- contact waits a day longer, so that the window of its last minute has elapsed.
with

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id in ('K-FCR', 'K-FCR.A', 'K-NRC', 'K-NRC.A', 'K-EFFB')

),

final as (

    select
        count(distinct threshold_milliseconds) as count_windows,
        max(threshold_milliseconds) as threshold_milliseconds,
        min(maturity_days) filter (where kpi_id <> 'K-EFFB') as shortest_wait_days,
        max(maturity_days) filter (where kpi_id <> 'K-EFFB') as longest_wait_days

    from kpis

)

select * from final
where
    count_windows <> 1
    or shortest_wait_days <> longest_wait_days
    or (shortest_wait_days - 1) * 86400000 <> threshold_milliseconds
