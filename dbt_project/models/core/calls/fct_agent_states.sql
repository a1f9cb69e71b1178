-- Grain: one row per stretch of an agent's time in one state and local day.
with

stretches as (

    select * from {{ ref('int_calls__agent_states_split') }}

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

final as (

    select
        stretches.agent_state_id || '|' || stretches.state_local_date as agent_state_id,
        stretches.source_id,
        agents.party_id as agent_id,
        stretches.state,
        stretches.state_local_date,
        stretches.started_at,
        stretches.ended_at,
        stretches.state_milliseconds,
        stretches.counted_milliseconds,
        stretches.is_overlapping

    from stretches
    left join parties as agents
        on agents.kind = 'agent'
            and stretches.source_id = agents.source_id
            and stretches.agent_number = agents.name

)

select * from final
