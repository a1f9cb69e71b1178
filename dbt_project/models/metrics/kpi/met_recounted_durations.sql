{{ config(
    schema='meta',
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['kpi_id', 'period_type', 'period_start'],
    on_schema_change='fail',
) }}
-- Grain: one row per KPI and period, and the run that found its single values changed.
with

met_kpi_durations as (

    select * from {{ ref('met_kpi_durations') }}

),

met_kpi_wanted_quantiles as (

    select * from {{ ref('met_kpi_wanted_quantiles') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

duration_days as (

    select
        kpi_id,
        local_date,
        cast(sum({{
            row_fingerprint(kpi_duration_columns(), kpi_grain_columns())
        }}) as decimal(38, 0)) as fingerprint

    from met_kpi_durations

    group by kpi_id, local_date

),

-- The day that a statistic became mature counts as well.
days as (

    select
        duration_days.kpi_id,
        duration_days.local_date,
        {{ row_fingerprint(
            'duration_days.fingerprint, count(*) filter (where '
            ~ is_day_mature('duration_days.local_date', 'wanted.maturity_days') ~ ')',
            []
        ) }} as fingerprint

    from duration_days

    inner join met_kpi_wanted_quantiles as wanted
        on duration_days.kpi_id = wanted.kpi_id

    cross join dim_run

    group by
        duration_days.kpi_id,
        duration_days.local_date,
        duration_days.fingerprint

),

counted as (

    select
        days.kpi_id,
        met_periods.period_type,
        met_periods.period_start,
        cast(sum(days.fingerprint) as decimal(38, 0)) as fingerprint

    from days

    inner join met_periods
        on days.local_date = met_periods.calendar_date

    group by days.kpi_id, met_periods.period_type, met_periods.period_start

),

{{ changed_periods('counted') }}

select * from final
