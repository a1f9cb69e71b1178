-- Grain: one row per KPI statistic, grain key and period: sizes of subscriber sets.
with

met_retention_cells as (

    select * from {{ ref('met_retention_cells') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then cells.market
            when 'segment' then cells.segment
        end as grain_key,
        cells.period_type,
        cells.period_start,
        cast(sum(case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-RET value' then cells.count_retained
            when 'K-CHURN value' then cells.count_churned
            when 'K-CHURN voluntary' then cells.count_churned_voluntarily
            when 'K-CHURN involuntary' then cells.count_churned_involuntarily
        end) as bigint) as numerator,
        cast(sum(cells.count_active_at_start) as bigint) as denominator,
        cast(sum(cells.count_active_at_start) as bigint) as n

    from met_retention_cells as cells

    inner join kpis
        on kpis.family = 'retention'
            and concat('|', kpis.period_types, '|')
            like concat('%|', cells.period_type, '|%')

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        grain_key,
        cells.period_type,
        cells.period_start

)

select * from final
