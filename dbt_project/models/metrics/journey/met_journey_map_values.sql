-- Grain: one row per KPI statistic, stage or touchpoint and period: touches.
with

met_journey_map_cells as (

    select
        local_date,
        concat('customer:', stage_code) as stage,
        touchpoint,
        cast(sum(count_touches) as bigint) as count_touches

    from {{ ref('met_journey_map_cells') }}

    where stage_code is not null

    group by local_date, stage_code, touchpoint

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'journey_map' and kind = 'computed'

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

sums as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'stage' then cells.stage
            when 'touchpoint' then cells.touchpoint
        end as grain_key,
        met_periods.period_type,
        met_periods.period_start,
        cast(sum(cells.count_touches) as bigint) as n

    from met_journey_map_cells as cells

    cross join kpis

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    inner join met_periods
        on cells.local_date = met_periods.calendar_date
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        grain_key,
        met_periods.period_type,
        met_periods.period_start

),

final as (

    select
        {{ kpi_key() }},
        n as numerator,
        cast(null as bigint) as denominator,
        n,
        n as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(n as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from sums

    where n > 0

)

select * from final
