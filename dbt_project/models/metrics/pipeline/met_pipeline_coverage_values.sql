-- Grain: one row per KPI statistic, grain key and period that is not over.
with

met_pipeline_coverage as (

    select * from {{ ref('met_pipeline_coverage') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'pipeline_coverage'

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

-- Who has no target is in the forecast, not in the coverage.
cells as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.unit_scale,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'owner' then coverage.owner_id
        end as grain_key,
        coverage.period_type,
        coverage.period_start,
        cast(sum(coverage.count_open) as bigint) as n,
        cast(sum(coverage.open_hundredths) filter (
            where coverage.target_hundredths is not null
        ) as bigint) as covered_hundredths,
        cast(sum(coverage.target_hundredths) as bigint) as target_hundredths,
        cast(sum(coverage.won_hundredths) filter (
            where coverage.target_hundredths is not null
        ) as bigint) as won_hundredths,
        cast(sum(coverage.forecast_hundredths) as bigint) as forecast_hundredths,
        cast(sum(coverage.real_forecast_hundredths) as bigint)
            as real_forecast_hundredths

    from met_pipeline_coverage as coverage

    inner join kpis
        on concat('|', kpis.period_types, '|')
            like concat('%|', coverage.period_type, '|%')

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.unit_scale,
        kpi_grains.grain_name,
        grain_key,
        coverage.period_type,
        coverage.period_start

),

parts as (

    select
        *,
        case statistic
            when 'value' then covered_hundredths
            when 'forecast' then forecast_hundredths
            when 'forecast_real' then real_forecast_hundredths
        end as numerator,
        -- A target that is met leaves nothing to cover.
        case
            when statistic = 'value' and target_hundredths > won_hundredths
                then target_hundredths - won_hundredths
        end as denominator

    from cells

),

final as (

    select
        {{ kpi_key() }},
        numerator,
        denominator,
        n,
        n as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        case
            when statistic = 'value' then {{ ratio('numerator', 'denominator') }}
            else cast(numerator as double) / unit_scale
        end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from parts

)

select * from final
