{{ config(
    schema='meta',
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['kpi_id', 'period_type', 'period_start'],
    on_schema_change='fail',
) }}
-- Grain: one row per KPI and period, and the run that found what it is made of changed.
with

met_kpi_components as (

    select * from {{ ref('met_kpi_components') }}

),

met_kpi_period_values as (

    select * from {{ ref('met_kpi_period_values') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

day_parts as (

    select
        components.kpi_id,
        components.component_date,
        cast(sum({{ row_fingerprint(
            'components.definition_version, components.statistic, '
            ~ 'components.grain_name, components.grain_key, components.component_date, '
            ~ 'components.numerator, components.denominator, components.n, '
            ~ 'components.sum_of_squares, components.sum_denominator_squares, '
            ~ 'components.sum_cross_products, '
            ~ is_day_mature('components.component_date', 'kpis.maturity_days'),
            ['components.statistic', 'components.grain_name', 'components.grain_key']
        ) }}) as decimal(38, 0)) as fingerprint

    from met_kpi_components as components

    inner join kpis
        on components.kpi_id = kpis.kpi_id
            and components.statistic = kpis.statistic
            and components.definition_version = kpis.definition_version

    cross join dim_run

    group by components.kpi_id, components.component_date

),

parts as (

    select
        day_parts.kpi_id,
        met_periods.period_type,
        met_periods.period_start,
        day_parts.fingerprint

    from day_parts

    inner join met_periods
        on day_parts.component_date = met_periods.calendar_date

    union all

    select
        kpi_id,
        period_type,
        period_start,
        {{ row_fingerprint(
            'definition_version, statistic, grain_name, grain_key, numerator, '
            ~ 'denominator, n, n_with_immature, sum_of_squares, '
            ~ 'sum_denominator_squares, sum_cross_products, value, standard_error, '
            ~ 'ci_low, ci_high',
            ['statistic', 'grain_name', 'grain_key']
        ) }} as fingerprint

    from met_kpi_period_values

),

periods as (

    select
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        met_periods.prior_period_start

    from met_periods

    cross join dim_run

    where met_periods.period_start < dim_run.as_of

    group by
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        met_periods.prior_period_start

),

summed as (

    select
        parts.kpi_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.prior_period_start,
        cast(sum(parts.fingerprint) as decimal(38, 0)) as fingerprint

    from parts

    inner join periods
        on parts.period_type = periods.period_type
            and parts.period_start = periods.period_start

    group by
        parts.kpi_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.prior_period_start

),

-- A value says by how much it changed, so that the period before is part of it.
counted as (

    select
        summed.kpi_id,
        summed.period_type,
        summed.period_start,
        {{ row_fingerprint(
            'summed.fingerprint, summed.period_end, '
            ~ 'before.period_start, before.fingerprint',
            []
        ) }} as fingerprint

    from summed

    left join summed as before
        on summed.kpi_id = before.kpi_id
            and summed.period_type = before.period_type
            and summed.prior_period_start = before.period_start

),

{{ changed_periods('counted') }}

select * from final
