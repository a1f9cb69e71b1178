-- Grain: one row per KPI statistic, agent and local day: time, quality and coverage.
with

met_agents_state_days as (

    select * from {{ ref('met_agents_state_days') }}
    where is_occupancy_known

),

met_agents_evaluations as (

    select * from {{ ref('met_agents_evaluations') }}
    where is_counted

),

met_agents_covered_days as (

    select * from {{ ref('met_agents_covered_days') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'agents'

),

occupancy as (

    select
        kpis.kpi_id,
        kpis.statistic,
        days.local_date,
        days.agent_id,
        days.team_name,
        100 * days.handling_milliseconds as numerator,
        case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-OCC value'
                then days.handling_milliseconds
                    + days.idle_milliseconds
                    + days.ring_milliseconds
            when 'K-OCC.C value'
                then days.handling_milliseconds + days.idle_milliseconds
            when 'K-OCC utilization' then days.login_milliseconds
        end as denominator

    from met_agents_state_days as days

    inner join kpis
        on kpis.kpi_id in ('K-OCC', 'K-OCC.C')

),

-- Points of two decimals, in hundredths.
quality as (

    select
        'K-QA' as kpi_id,
        'value' as statistic,
        evaluated_local_date as local_date,
        agent_id,
        team_name,
        cast(100 * 100 * points_counted as bigint) as numerator,
        cast(100 * points_possible as bigint) as denominator

    from met_agents_evaluations

),

ratios as (

    select
        *,
        cast(1 as bigint) as n,
        cast(numerator as decimal(18, 0)) * numerator as sum_of_squares,
        cast(denominator as decimal(18, 0)) * denominator as sum_denominator_squares,
        cast(numerator as decimal(18, 0)) * denominator as sum_cross_products

    from occupancy

    union all

    select
        *,
        cast(1 as bigint) as n,
        cast(numerator as decimal(18, 0)) * numerator as sum_of_squares,
        cast(denominator as decimal(18, 0)) * denominator as sum_denominator_squares,
        cast(numerator as decimal(18, 0)) * denominator as sum_cross_products

    from quality

),

shares as (

    select
        'K-QA' as kpi_id,
        'auto_fail' as statistic,
        evaluated_local_date as local_date,
        agent_id,
        team_name,
        cast(is_auto_fail as bigint) as numerator,
        cast(1 as bigint) as denominator

    from met_agents_evaluations

    union all

    select
        'K-QA' as kpi_id,
        'coached' as statistic,
        evaluated_local_date as local_date,
        agent_id,
        team_name,
        cast(is_coached_in_time as bigint) as numerator,
        cast(1 as bigint) as denominator

    from met_agents_evaluations

    where is_low

    union all

    select
        'K-QACOV' as kpi_id,
        'value' as statistic,
        local_date,
        agent_id,
        team_name,
        count_evaluated as numerator,
        count_handled as denominator

    from met_agents_covered_days

),

parts as (

    select * from ratios

    union all

    select
        *,
        denominator as n,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from shares

),

summed as (

    select
        kpi_id,
        statistic,
        local_date,
        agent_id,
        team_name,
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(denominator) as bigint) as denominator,
        cast(sum(n) as bigint) as n,
        cast(sum(sum_of_squares) as decimal(38, 0)) as sum_of_squares,
        cast(sum(sum_denominator_squares) as decimal(38, 0)) as sum_denominator_squares,
        cast(sum(sum_cross_products) as decimal(38, 0)) as sum_cross_products

    from parts

    group by kpi_id, statistic, local_date, agent_id, team_name

),

final as (

    select
        summed.kpi_id,
        kpis.definition_version,
        summed.statistic,
        summed.local_date,
        {{ kpi_grain_keys(agent='summed.agent_id', team='summed.team_name') }},
        summed.numerator,
        summed.denominator,
        summed.n,
        summed.sum_of_squares,
        summed.sum_denominator_squares,
        summed.sum_cross_products

    from summed

    inner join kpis
        on summed.kpi_id = kpis.kpi_id
            and summed.statistic = kpis.statistic

)

select * from final
