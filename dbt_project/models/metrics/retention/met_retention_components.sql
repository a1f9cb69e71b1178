-- Grain: one row per KPI statistic, grain key and period: sizes of sets of persons.
with

met_retention_cells as (

    select * from {{ ref('met_retention_cells') }}

),

met_lapse_cells as (

    select * from {{ ref('met_lapse_cells') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.grains,
        cells.market,
        cells.segment,
        cells.period_type,
        cells.period_start,
        case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-RET value' then cells.count_retained
            when 'K-CHURN value' then cells.count_churned
            when 'K-CHURN voluntary' then cells.count_churned_voluntarily
            when 'K-CHURN involuntary' then cells.count_churned_involuntarily
        end as numerator,
        cells.count_active_at_start as denominator

    from met_retention_cells as cells

    inner join kpis
        on kpis.family = 'retention'
            and concat('|', kpis.period_types, '|')
            like concat('%|', cells.period_type, '|%')

    union all

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.grains,
        cells.market,
        cells.segment,
        cells.period_type,
        cells.period_start,
        cells.count_lapsed as numerator,
        cells.count_active_buyers_at_start as denominator

    from met_lapse_cells as cells

    inner join kpis
        on kpis.family = 'lapse'
            and concat('|', kpis.period_types, '|')
            like concat('%|', cells.period_type, '|%')

),

final as (

    select
        parts.kpi_id,
        parts.definition_version,
        parts.statistic,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then parts.market
            when 'segment' then parts.segment
        end as grain_key,
        parts.period_type,
        parts.period_start,
        cast(sum(parts.numerator) as bigint) as numerator,
        cast(sum(parts.denominator) as bigint) as denominator,
        cast(sum(parts.denominator) as bigint) as n

    from parts

    inner join kpi_grains
        on concat('|', parts.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        parts.kpi_id,
        parts.definition_version,
        parts.statistic,
        kpi_grains.grain_name,
        grain_key,
        parts.period_type,
        parts.period_start

)

select * from final
