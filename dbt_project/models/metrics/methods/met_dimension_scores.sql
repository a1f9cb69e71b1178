-- Grain: one row per dimension, cell and period with at least one indicator.
with

dimension_indicators as (

    select * from {{ ref('dimension_indicators') }}

),

met_kpi_components as (

    select * from {{ ref('met_kpi_components') }}
    where grain_name in ('company', 'touchpoint')

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type in ('month', 'jalali_month', 'quarter', 'year')

),

kpis as (

    select * from {{ ref('kpis') }}
    where kind in ('proportion', 'net', 'mean')

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

indicators as (

    select
        dimension_indicators.dimension,
        dimension_indicators.kpi_id,
        dimension_indicators.statistic,
        dimension_indicators.anchor_bad,
        dimension_indicators.anchor_good,
        components.grain_name,
        components.grain_key,
        met_periods.period_type,
        met_periods.period_start,
        max(case when kpis.kind = 'mean' then kpis.unit_scale end) as unit_scale,
        cast(sum(components.numerator) as bigint) as numerator,
        cast(sum(components.denominator) as bigint) as denominator,
        cast(sum(components.n) as bigint) as n

    from dimension_indicators

    inner join kpis
        on dimension_indicators.kpi_id = kpis.kpi_id
            and dimension_indicators.statistic = kpis.statistic

    inner join met_kpi_components as components
        on kpis.kpi_id = components.kpi_id
            and kpis.statistic = components.statistic
            and kpis.definition_version = components.definition_version

    cross join dim_run

    inner join met_periods
        on components.component_date = met_periods.calendar_date

    where
        cast(components.component_date + interval 1 day * kpis.maturity_days as date)
        <= dim_run.as_of

    group by
        dimension_indicators.dimension,
        dimension_indicators.kpi_id,
        dimension_indicators.statistic,
        dimension_indicators.anchor_bad,
        dimension_indicators.anchor_good,
        components.grain_name,
        components.grain_key,
        met_periods.period_type,
        met_periods.period_start

),

-- Between its anchors an indicator goes from 0 to 100; beyond them it stays there.
scored as (

    select
        *,
        100 * (
            {{ ratio('numerator', 'denominator') }} * coalesce(1.0 / unit_scale, 100.0)
            - anchor_bad
        ) / nullif(anchor_good - anchor_bad, 0) as anchored_score

    from indicators

    where denominator > 0

),

final as (

    select
        dimension,
        grain_name,
        grain_key,
        period_type,
        period_start,
        count(*) as count_indicators,
        min(n) as n,
        round(
            cast(sum(cast(
                round(greatest(0.0, least(100.0, anchored_score)), 9) as decimal(38, 9)
            )) as double)
            / count(*),
            6
        ) as dimension_score

    from scored

    group by dimension, grain_name, grain_key, period_type, period_start

)

select * from final
