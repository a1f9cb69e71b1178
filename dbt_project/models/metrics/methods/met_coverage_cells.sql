-- Grain: one row per KPI statistic, cell and local day of the touch.
with

met_coverage_days as (

    select * from {{ ref('met_coverage_days') }}

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
        days.started_local_date as local_date,
        {{ kpi_grain_keys(
            market='days.market', segment='days.segment', touchpoint='days.touchpoint'
        ) }},
        days.count_invited as numerator,
        days.count_eligible as denominator,
        days.count_eligible as n,
        cast(days.count_invited as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from met_coverage_days as days

    cross join kpis

)

select * from final
