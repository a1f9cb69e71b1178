-- Grain: one row per KPI statistic, grain key and first day on which the target holds.
with

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

final as (

    select
        kpi_id,
        statistic,
        grain_name,
        grain_key,
        valid_from,
        target,
        red_line,
        tolerance,
        owner

    from kpi_targets

)

select * from final
