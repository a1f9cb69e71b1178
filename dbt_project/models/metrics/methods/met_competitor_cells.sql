-- Grain: one row per KPI statistic, competitor and local day: who rated both.
with

met_competitor_pairs as (

    select * from {{ ref('met_competitor_pairs') }}
    where own_score is not null and rival_score is not null

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-COMP' and statistic in ('paired', 'rank_share')

),

observations as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        pairs.answered_local_date,
        pairs.competitor,
        case kpis.statistic
            when 'paired' then 100 * (pairs.own_class - pairs.rival_class)
            when 'rank_share' then cast(pairs.own_score > pairs.rival_score as integer)
        end as numerator

    from met_competitor_pairs as pairs

    cross join kpis

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        answered_local_date as local_date,
        {{ kpi_grain_keys(competitor='competitor') }},
        cast(sum(numerator) as bigint) as numerator,
        count(*) as denominator,
        count(*) as n,
        cast(sum(numerator * numerator) as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from observations

    group by kpi_id, definition_version, statistic, answered_local_date, competitor

)

select * from final
