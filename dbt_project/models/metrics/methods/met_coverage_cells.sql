-- Grain: one row per KPI statistic, cell and local day of the touch.
with

met_coverage_events as (

    select * from {{ ref('met_coverage_events') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-COV'

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        events.started_local_date as local_date,
        {{ kpi_grain_keys(
            market='events.market', segment='events.segment',
            touchpoint='events.touchpoint'
        ) }},
        count(*) filter (where events.coverage_reason = 'invited') as numerator,
        count(*) as denominator,
        count(*) as n,
        cast(
            count(*) filter (where events.coverage_reason = 'invited')
            as decimal(38, 0)
        ) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from met_coverage_events as events

    cross join kpis

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        events.started_local_date,
        events.market,
        events.segment,
        events.touchpoint

)

select * from final
