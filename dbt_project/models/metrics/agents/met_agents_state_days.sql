-- Grain: one row per agent and local day with a stretch of time in some state.
with

fct_agent_states as (

    select * from {{ ref('fct_agent_states') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

state_days as (

    select
        agent_id,
        state_local_date,
        cast(
            coalesce(sum(counted_milliseconds) filter (where state = 'handling'), 0)
            as bigint
        ) as handling_milliseconds,
        cast(
            coalesce(sum(counted_milliseconds) filter (where state = 'idle'), 0)
            as bigint
        ) as idle_milliseconds,
        cast(
            coalesce(sum(counted_milliseconds) filter (where state = 'ring'), 0)
            as bigint
        ) as ring_milliseconds,
        cast(
            coalesce(sum(counted_milliseconds) filter (where state = 'break'), 0)
            as bigint
        ) as break_milliseconds,
        cast(
            coalesce(sum(counted_milliseconds) filter (where state = 'training'), 0)
            as bigint
        ) as training_milliseconds,
        cast(coalesce(sum(counted_milliseconds), 0) as bigint) as login_milliseconds,
        cast(count(*) filter (where is_overlapping) as bigint)
            as count_overlapping_stretches

    from fct_agent_states

    where agent_id is not null

    group by agent_id, state_local_date

),

final as (

    select
        state_days.agent_id,
        state_days.state_local_date as local_date,
        dim_agents.team_name,
        state_days.handling_milliseconds,
        state_days.idle_milliseconds,
        state_days.ring_milliseconds,
        state_days.break_milliseconds,
        state_days.training_milliseconds,
        state_days.login_milliseconds,
        state_days.count_overlapping_stretches,
        -- Who is never seen waiting was not watched between the calls: a queue log
        -- without logins would make everybody busy all day.
        state_days.idle_milliseconds > 0 as is_occupancy_known

    from state_days

    left join dim_agents
        on state_days.agent_id = dim_agents.agent_id
            and dim_agents.valid_from <= cast(state_days.state_local_date as timestamp)
            and dim_agents.valid_to > cast(state_days.state_local_date as timestamp)

)

select * from final
