-- Grain: one row per day of assessment: items of the maturity of the CX programme.
with

met_maturity_answers as (

    select * from {{ ref('met_maturity_answers') }}
    where score is not null

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-MAT'

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        answers.assessed_on as local_date,
        {{ kpi_grain_keys() }},
        cast(sum(100 * answers.score) as bigint) as numerator,
        count(*) as denominator,
        count(*) as n,
        cast(sum(10000 * answers.score * answers.score) as decimal(38, 0))
            as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from met_maturity_answers as answers

    cross join kpis

    group by
        kpis.kpi_id, kpis.definition_version, kpis.statistic, answers.assessed_on

)

select * from final
