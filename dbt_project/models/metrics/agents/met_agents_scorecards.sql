-- Grain: one row per agent and month on either calendar with anything measured.
with

met_agents_measures as (

    select * from {{ ref('met_agents_measures') }}

),

agent_scorecard_components as (

    select * from {{ ref('agent_scorecard_components') }}

),

weights as (

    select sum(weight) as total_weight

    from agent_scorecard_components

),

agent_months as (

    select
        agent_id,
        agent_number,
        team_name,
        period_type,
        period_start,
        period_end,
        cast(sum(n) filter (where component_score is not null) as bigint)
            as count_observations,
        sum(weight) filter (where component_score is not null) as available_weight,
        cast(
            sum(cast(weight * component_score as decimal(28, 12))) as double
        ) as weighted_score,
        max(n) filter (where component = 'qa') as qa_n,
        max(own_value) filter (where component = 'qa') as qa_own_value,
        max(component_score) filter (where component = 'qa') as qa_score,
        max(n) filter (where component = 'csat') as csat_n,
        max(own_value) filter (where component = 'csat') as csat_own_value,
        max(component_score) filter (where component = 'csat') as csat_score,
        max(n) filter (where component = 'fcr') as fcr_n,
        max(own_value) filter (where component = 'fcr') as fcr_own_value,
        max(component_score) filter (where component = 'fcr') as fcr_score,
        max(n) filter (where component = 'aht') as aht_n,
        max(own_value) filter (where component = 'aht') as aht_own_value,
        max(component_score) filter (where component = 'aht') as aht_score,
        max(n) filter (where component = 'adherence') as adherence_n,
        max(own_value) filter (where component = 'adherence') as adherence_own_value,
        max(component_score) filter (where component = 'adherence') as adherence_score,
        max(n) filter (where component = 'transfer') as transfer_n,
        max(own_value) filter (where component = 'transfer') as transfer_own_value,
        max(component_score) filter (where component = 'transfer') as transfer_score

    from met_agents_measures

    group by
        agent_id, agent_number, team_name, period_type, period_start, period_end

),

final as (

    select
        agent_months.agent_id,
        agent_months.agent_number,
        agent_months.team_name,
        agent_months.period_type,
        agent_months.period_start,
        agent_months.period_end,
        agent_months.count_observations,
        agent_months.qa_n,
        agent_months.qa_own_value,
        agent_months.qa_score,
        agent_months.csat_n,
        agent_months.csat_own_value,
        agent_months.csat_score,
        agent_months.fcr_n,
        agent_months.fcr_own_value,
        agent_months.fcr_score,
        agent_months.aht_n,
        agent_months.aht_own_value,
        agent_months.aht_score,
        agent_months.adherence_n,
        agent_months.adherence_own_value,
        agent_months.adherence_score,
        agent_months.transfer_n,
        agent_months.transfer_own_value,
        agent_months.transfer_score,
        concat_ws(
            '|',
            case when agent_months.qa_score is not null then 'qa' end,
            case when agent_months.csat_score is not null then 'csat' end,
            case when agent_months.fcr_score is not null then 'fcr' end,
            case when agent_months.aht_score is not null then 'aht' end,
            case when agent_months.adherence_score is not null then 'adherence' end,
            case when agent_months.transfer_score is not null then 'transfer' end
        ) as component_set,
        round(
            100.0 * cast(agent_months.available_weight as double)
            / nullif(cast(weights.total_weight as double), 0),
            6
        ) as weight_available_pct,
        case
            when
                agent_months.available_weight
                >= {{ var('agent_scorecard_least_weight') }} * weights.total_weight
                then round(
                        agent_months.weighted_score
                        / nullif(cast(agent_months.available_weight as double), 0),
                        6
                    )
        end as score

    from agent_months

    cross join weights

)

select * from final
