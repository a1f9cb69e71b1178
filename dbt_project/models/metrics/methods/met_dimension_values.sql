-- Grain: one row per dimension or their mean, cell and period.
with

met_dimension_scores as (

    select * from {{ ref('met_dimension_scores') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-DIM'

),

-- Fewer than four of the six dimensions make no whole.
overall as (

    select
        'value' as statistic,
        grain_name,
        grain_key,
        period_type,
        period_start,
        min(n) as n,
        cast(sum(cast(dimension_score as decimal(38, 6))) as double) / count(*)
            as score

    from met_dimension_scores

    group by grain_name, grain_key, period_type, period_start

    having count(*) >= 4

),

scores as (

    select * from overall

    union all

    select
        dimension as statistic,
        grain_name,
        grain_key,
        period_type,
        period_start,
        n,
        dimension_score as score

    from met_dimension_scores

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        scores.grain_name,
        scores.grain_key,
        scores.period_type,
        scores.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        scores.n,
        scores.n as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        round(scores.score, 6) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from scores

    inner join kpis
        on scores.statistic = kpis.statistic

)

select * from final
