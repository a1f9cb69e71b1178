-- Grain: one row per KPI statistic, source of interest and period of conversion.
with

met_attribution_cells as (

    select * from {{ ref('met_attribution_cells') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'attribution'

),

sums as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        max(kpis.unit_scale) as unit_scale,
        cells.acquisition_source,
        met_periods.period_type,
        met_periods.period_start,
        cast(sum(cells.count_conversions) as bigint) as n,
        cast(sum(case kpis.statistic
            when 'first' then cells.first_hundredths
            when 'last' then cells.last_hundredths
            when 'linear' then cells.linear_hundredths
            when 'position' then cells.position_hundredths
            when 'first_real' then cells.first_real_hundredths
            when 'last_real' then cells.last_real_hundredths
            when 'linear_real' then cells.linear_real_hundredths
            when 'position_real' then cells.position_real_hundredths
        end) as bigint) as numerator

    from met_attribution_cells as cells

    cross join kpis

    inner join met_periods
        on cells.converted_on = met_periods.calendar_date
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        cells.acquisition_source,
        met_periods.period_type,
        met_periods.period_start

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        'acquisition_source' as grain_name,
        acquisition_source as grain_key,
        period_type,
        period_start,
        numerator,
        cast(null as bigint) as denominator,
        n,
        n as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(numerator as double) / unit_scale as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from sums

)

select * from final
