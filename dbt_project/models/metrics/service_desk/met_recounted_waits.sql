{{ config(
    schema='meta',
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['kpi_id', 'period_type', 'period_start'],
    on_schema_change='fail',
) }}
-- Grain: one row per KPI and period, and the run that found its waits changed.
with

met_service_desk_waits as (

    select * from {{ ref('met_service_desk_waits') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Who waits longer than anybody who was answered may as well wait a day more.
longest as (

    select
        kpi_id,
        max(milliseconds) filter (where count_ended = 1) as milliseconds

    from met_service_desk_waits

    group by kpi_id

),

days as (

    select
        waits.kpi_id,
        waits.local_date,
        cast(sum({{ row_fingerprint(
            kpi_grain_columns('waits') | join(', ') ~ ', '
            ~ 'waits.definition_version, waits.count_ended, '
            ~ 'least(waits.milliseconds, longest.milliseconds + 1)',
            kpi_grain_columns('waits')
        ) }}) as decimal(38, 0)) as fingerprint

    from met_service_desk_waits as waits

    inner join longest
        on waits.kpi_id = longest.kpi_id

    group by waits.kpi_id, waits.local_date

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
