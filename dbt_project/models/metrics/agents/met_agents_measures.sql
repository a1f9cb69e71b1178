-- Grain: one row per agent, month on either calendar and component of the scorecard.
with

met_kpi_components as (

    select * from {{ ref('met_kpi_components') }}
    where grain_name = 'agent'

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type in ('month', 'jalali_month')

),

agent_scorecard_components as (

    select * from {{ ref('agent_scorecard_components') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

own_sums as (

    select
        scorecard.component,
        scorecard.kpi_id,
        scorecard.statistic,
        scorecard.weight,
        scorecard.shape,
        scorecard.full_within,
        scorecard.zero_from,
        components.grain_key as agent_id,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        max(kpis.kind) as kind,
        max(kpis.unit_scale) as unit_scale,
        cast(sum(components.numerator) as bigint) as numerator,
        cast(sum(components.denominator) as bigint) as denominator,
        cast(sum(components.n) as bigint) as n

    from met_kpi_components as components

    inner join agent_scorecard_components as scorecard
        on components.kpi_id = scorecard.kpi_id
            and components.statistic = scorecard.statistic

    inner join kpis
        on components.kpi_id = kpis.kpi_id
            and components.statistic = kpis.statistic
            and components.definition_version = kpis.definition_version

    inner join met_periods
        on components.component_date = met_periods.calendar_date

    cross join dim_run

    where
        components.component_date < dim_run.as_of
        and components.component_date
        <= cast(dim_run.as_of - interval 1 day * kpis.maturity_days as date)

    group by
        scorecard.component,
        scorecard.kpi_id,
        scorecard.statistic,
        scorecard.weight,
        scorecard.shape,
        scorecard.full_within,
        scorecard.zero_from,
        components.grain_key,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

teamed_sums as (

    select
        own_sums.*,
        dim_agents.agent_number,
        dim_agents.team_name

    from own_sums

    left join dim_agents
        on own_sums.agent_id = dim_agents.agent_id
            and dim_agents.valid_from < cast(own_sums.period_end as timestamp)
            and dim_agents.valid_to > cast(own_sums.period_start as timestamp)

    where own_sums.denominator > 0
    -- Who changes teams within the month belongs to the last one.
    qualify row_number() over (
            partition by
                own_sums.component,
                own_sums.agent_id,
                own_sums.period_type,
                own_sums.period_start
            order by dim_agents.valid_from desc nulls last
        ) = 1

),

-- Agents without a team have each other as one.
team_sums as (

    select
        component,
        period_type,
        period_start,
        coalesce(team_name, '') as team_key,
        sum(numerator) as team_numerator,
        sum(denominator) as team_denominator

    from teamed_sums

    group by component, period_type, period_start, coalesce(team_name, '')

),

measured as (

    select
        own.*,
        {{ ratio('own.numerator', 'own.denominator') }}
        * case when own.kind in ('mean', 'ratio') then 1.0 / own.unit_scale else 100 end
            as own_value,
        {{ ratio('teams.team_numerator', 'teams.team_denominator') }}
        * case when own.kind in ('mean', 'ratio') then 1.0 / own.unit_scale else 100 end
            as team_value

    from teamed_sums as own

    inner join team_sums as teams
        on own.component = teams.component
            and own.period_type = teams.period_type
            and own.period_start = teams.period_start
            and coalesce(own.team_name, '') = teams.team_key

),

-- Few observations say little about one person: ten of the team's join them.
shrunk as (

    select
        *,
        (n * own_value + {{ var('agent_scorecard_prior') }} * team_value)
        / (n + {{ var('agent_scorecard_prior') }}) as shrunk_value

    from measured

),

-- An agent's own target stands before that of all, and this before the company's.
aimed as (

    select
        shrunk.*,
        kpi_targets.target

    from shrunk

    left join kpi_targets
        on shrunk.kpi_id = kpi_targets.kpi_id
            and shrunk.statistic = kpi_targets.statistic
            and shrunk.period_start >= kpi_targets.valid_from
            and (
                kpi_targets.grain_name = 'company'
                or (
                    kpi_targets.grain_name = 'agent'
                    and kpi_targets.grain_key in (shrunk.agent_id, '*')
                )
            )
    qualify row_number() over (
            partition by
                shrunk.component,
                shrunk.agent_id,
                shrunk.period_type,
                shrunk.period_start
            order by
                case
                    when kpi_targets.grain_name = 'company' then 2
                    when kpi_targets.grain_key = '*' then 1
                    else 0
                end,
                kpi_targets.valid_from desc nulls last
        ) = 1

),

final as (

    select
        agent_id,
        agent_number,
        team_name,
        period_type,
        period_start,
        period_end,
        component,
        weight,
        numerator,
        denominator,
        n,
        round(own_value, 6) as own_value,
        round(team_value, 6) as team_value,
        round(shrunk_value, 6) as shrunk_value,
        target,
        round(case
            when shape = 'share' then shrunk_value
            when shape = 'complement' then 100 - shrunk_value
            when shape = 'band' and target > 0
                then 100 * greatest(0.0, least(
                        1.0,
                        (zero_from - abs(shrunk_value / target - 1))
                        / nullif(zero_from - full_within, 0)
                    ))
        end, 6) as component_score

    from aimed

)

select * from final
