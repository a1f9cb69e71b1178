{{ config(materialized='view') }}
-- Grain: one row per KPI statistic that needs every single value.
with

kpis as (

    select * from {{ ref('kpis') }}

),

-- A target is one of the mean, in its unit.
scaled_kpis as (

    select
        *,
        max(unit_scale) filter (where statistic = 'mean') over (
            partition by kpi_id, definition_version
        ) as target_scale

    from kpis

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        family,
        unit_scale,
        target_scale,
        grains,
        period_types,
        maturity_days,
        case statistic when 'p50' then 0.5 when 'p90' then 0.9 when 'max' then 1.0 end
            as quantile

    from scaled_kpis

    where kind = 'quantile' or statistic = 'attainment'

)

select * from final
