-- Grain: one row per drill mart and KPI statistic: what its rows add up to.
with

kpi_drill_sums as (

    select * from {{ ref('kpi_drill_sums') }}

),

final as (

    select
        drill_mart,
        kpi_id,
        statistic,
        base_expression,
        numerator_expression

    from kpi_drill_sums

)

select * from final
