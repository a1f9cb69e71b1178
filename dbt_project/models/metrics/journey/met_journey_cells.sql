-- Grain: one row per KPI statistic, stage, touchpoint and local day of the journey map.
with

met_journey_map_cells as (

    select
        local_date,
        concat('customer:', stage_code) as stage,
        touchpoint,
        cast(sum(count_csat_satisfied) as bigint) as count_csat_satisfied,
        cast(sum(count_csat_answers) as bigint) as count_csat_answers

    from {{ ref('met_journey_map_cells') }}

    where stage_code is not null and count_csat_answers > 0

    group by local_date, stage_code, touchpoint

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'journey_map' and kind = 'proportion'

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        cells.local_date,
        {{ kpi_grain_keys(touchpoint='cells.touchpoint', stage='cells.stage') }},
        cells.count_csat_satisfied as numerator,
        cells.count_csat_answers as denominator,
        cells.count_csat_answers as n,
        cast(cells.count_csat_satisfied as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from met_journey_map_cells as cells

    cross join kpis

)

select * from final
