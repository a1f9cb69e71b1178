-- Grain: one row per KPI, grain key and period: the highest peak of its days.
with

met_contact_center_concurrency as (

    select * from {{ ref('met_contact_center_concurrency') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

days as (

    select
        grain_name,
        grain_key,
        local_date,
        cast(sum(count_entered) as bigint) as count_entered,
        max(peak_concurrent_calls) as peak_concurrent_calls

    from met_contact_center_concurrency

    where grain_name <> 'none'

    group by grain_name, grain_key, local_date

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        days.grain_name,
        days.grain_key,
        met_periods.period_type,
        met_periods.period_start,
        cast(max(days.peak_concurrent_calls) as double) as value,
        cast(sum(days.count_entered) as bigint) as n

    from days

    inner join kpis
        on kpis.family = 'contact_center'
            and kpis.kind = 'peak'
            and concat('|', kpis.grains, '|') like concat('%|', days.grain_name, '|%')

    inner join kpi_grains
        on days.grain_name = kpi_grains.grain_name

    inner join met_periods
        on days.local_date = met_periods.calendar_date
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')
            and concat('|', kpi_grains.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    -- A day into which a call only lasted has a peak but nobody who called.
    where days.count_entered > 0

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        days.grain_name,
        days.grain_key,
        met_periods.period_type,
        met_periods.period_start

)

select * from final
