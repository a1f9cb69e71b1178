-- Grain: one row per KPI statistic, grain key and period: scorecards and agreement.
with

met_agents_scorecards as (

    select * from {{ ref('met_agents_scorecards') }}

),

met_agents_agreements as (

    select * from {{ ref('met_agents_agreements') }}
    where first_evaluator_agent_id is null and kappa is not null

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'agents'

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

scores as (

    select
        'K-AGT' as kpi_id,
        'value' as statistic,
        'agent' as grain_name,
        agent_id as grain_key,
        period_type,
        period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        count_observations as n,
        score as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from met_agents_scorecards

    where score is not null

),

agreements as (

    select
        'K-QAK' as kpi_id,
        'value' as statistic,
        'company' as grain_name,
        'company' as grain_key,
        period_type,
        period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        count_pairs as n,
        kappa as value,
        standard_error,
        ci_low,
        ci_high

    from met_agents_agreements

),

-- Whoever handled a contact in a month that is over is to be evaluated often enough.
coverage as (

    select
        'K-QACOV' as kpi_id,
        'minimum' as statistic,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'team' then scorecards.team_name
        end as grain_key,
        scorecards.period_type,
        scorecards.period_start,
        cast(count(*) filter (
            where coalesce(scorecards.qa_n, 0) >= {{ var('qa_minimum_evaluations') }}
        ) as bigint) as numerator,
        cast(count(*) as bigint) as denominator,
        cast(count(*) as bigint) as n,
        cast(null as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from met_agents_scorecards as scorecards

    cross join dim_run

    inner join kpi_grains
        on kpi_grains.grain_name in ('company', 'team')

    where
        scorecards.period_end <= dim_run.as_of
        and scorecards.aht_n > 0
        and (kpi_grains.grain_name = 'company' or scorecards.team_name is not null)

    group by
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'team' then scorecards.team_name
        end,
        scorecards.period_type,
        scorecards.period_start

),

found as (

    select * from scores

    union all

    select * from agreements

    union all

    select * from coverage

),

final as (

    select
        found.kpi_id,
        kpis.definition_version,
        found.statistic,
        found.grain_name,
        found.grain_key,
        found.period_type,
        found.period_start,
        found.numerator,
        found.denominator,
        found.n,
        found.n as n_with_immature,
        cast(found.numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        found.value,
        found.standard_error,
        found.ci_low,
        found.ci_high

    from found

    inner join kpis
        on found.kpi_id = kpis.kpi_id
            and found.statistic = kpis.statistic

)

select * from final
