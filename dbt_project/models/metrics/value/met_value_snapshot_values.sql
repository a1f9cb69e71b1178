-- Grain: one row per KPI statistic and grain key, for the periods that hold the last
-- day in the data: customers as they stand now.
with

met_value_snapshot_cells as (

    select * from {{ ref('met_value_snapshot_cells') }}

),

met_value_risk_scores as (

    select * from {{ ref('met_value_risk_scores') }}
    where not is_of_today

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

current_periods as (

    select
        met_periods.period_type,
        met_periods.period_start

    from met_periods

    inner join dim_run
        on met_periods.calendar_date = cast(dim_run.as_of - interval 1 day as date)

),

-- Not additive: precision over the share that left. Parts stay whole until the end.
judged as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.kind,
        kpis.grains,
        kpis.period_types,
        scores.segment,
        scores.market,
        count(*) as count_judged,
        count(*) filter (where scores.has_left) as count_left,
        count(*) filter (where scores.risk_band = 'high') as count_flagged,
        count(*) filter (where scores.risk_band = 'high' and scores.has_left)
            as count_hit

    from met_value_risk_scores as scores

    inner join kpis
        on kpis.kpi_id = 'K-RISK' and kpis.statistic = 'lift'

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.kind,
        kpis.grains,
        kpis.period_types,
        scores.segment,
        scores.market

),

grained as (

    select
        cells.kpi_id,
        cells.definition_version,
        cells.statistic,
        cells.kind,
        cells.period_types,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then cells.market
            when 'segment' then cells.segment
        end as grain_key,
        cast(sum(cells.numerator) as bigint) as numerator,
        cast(sum(cells.denominator) as bigint) as denominator,
        cast(sum(cells.n) as bigint) as n,
        cast(sum(cells.sum_of_squares) as decimal(38, 0)) as sum_of_squares,
        cast(sum(cells.sum_denominator_squares) as decimal(38, 0))
            as sum_denominator_squares,
        cast(sum(cells.sum_cross_products) as decimal(38, 0)) as sum_cross_products,
        -- A sum of money is its own value.
        cast(sum(cells.numerator) as double) / 100 as value

    from met_value_snapshot_cells as cells

    inner join kpi_grains
        on concat('|', cells.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        cells.kpi_id,
        cells.definition_version,
        cells.statistic,
        cells.kind,
        cells.period_types,
        kpi_grains.grain_name,
        grain_key

    union all

    select
        judged.kpi_id,
        judged.definition_version,
        judged.statistic,
        judged.kind,
        judged.period_types,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then judged.market
            when 'segment' then judged.segment
        end as grain_key,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        cast(sum(judged.count_judged) as bigint) as n,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(sum(judged.count_hit) * sum(judged.count_judged) as double)
        / nullif(sum(judged.count_flagged) * sum(judged.count_left), 0) as value

    from judged

    inner join kpi_grains
        on concat('|', judged.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        judged.kpi_id,
        judged.definition_version,
        judged.statistic,
        judged.kind,
        judged.period_types,
        kpi_grains.grain_name,
        grain_key

),

final as (

    select
        grained.kpi_id,
        grained.definition_version,
        grained.statistic,
        grained.grain_name,
        grained.grain_key,
        current_periods.period_type,
        current_periods.period_start,
        grained.numerator,
        case when grained.kind <> 'computed' then grained.denominator end
            as denominator,
        grained.n,
        grained.n as n_with_immature,
        grained.sum_of_squares,
        case when grained.kind = 'ratio' then grained.sum_denominator_squares end
            as sum_denominator_squares,
        case when grained.kind = 'ratio' then grained.sum_cross_products end
            as sum_cross_products,
        case when grained.kind = 'computed' then grained.value end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from grained

    inner join current_periods
        on concat('|', grained.period_types, '|')
            like concat('%|', current_periods.period_type, '|%')

    -- Where nobody was flagged, or nobody left, there is no lift to speak of.
    where grained.value is not null

)

select * from final
