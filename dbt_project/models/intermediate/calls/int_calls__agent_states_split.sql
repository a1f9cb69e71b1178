-- Grain: one row per stretch of an agent's time in one state and local day.
-- Rebuilt each night: one stretch changes how much of the others was counted already,
-- and a work-force system writes few of them.
with recursive

agent_states as (

    select * from {{ ref('int_calls__agent_states_latest') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

-- One that still lasts has no length yet.
stretches as (

    select
        agent_states.agent_state_id,
        agent_states.source_id,
        agent_states.agent_number,
        agent_states.state,
        agent_states.started_at,
        case
            when agent_states.ended_at is not null
                then greatest(agent_states.ended_at, agent_states.started_at)
        end as ended_at,
        agent_states.started_local_date,
        coalesce(
            cast({{ to_local('agent_states.ended_at', 'run.time_zone') }} as date),
            agent_states.started_local_date
        ) as ended_local_date,
        agent_states.change_seq,
        run.time_zone,
        run.as_of

    from agent_states
    inner join run
        on {{ is_before_as_of('agent_states.started_local_date') }}

),

days as (

    select
        agent_state_id,
        started_local_date as state_local_date,
        least(ended_local_date, as_of - 1) as last_local_date

    from stretches
    union all
    select
        agent_state_id,
        state_local_date + 1 as state_local_date,
        last_local_date

    from days
    where state_local_date < last_local_date

),

pieces as (

    select
        stretches.agent_state_id,
        stretches.source_id,
        stretches.agent_number,
        stretches.state,
        days.state_local_date,
        case
            when days.state_local_date = stretches.started_local_date
                then stretches.started_at
            else
                {{ to_utc(
                    'cast(days.state_local_date as timestamp)', 'stretches.time_zone'
                ) }}
        end as started_at,
        case
            when days.state_local_date = stretches.ended_local_date
                then stretches.ended_at
            else
                {{ to_utc(
                    'cast(days.state_local_date + 1 as timestamp)',
                    'stretches.time_zone'
                ) }}
        end as ended_at,
        stretches.change_seq,
        days.state_local_date = stretches.started_local_date as is_first_piece

    from stretches
    inner join days
        on stretches.agent_state_id = days.agent_state_id

),

covered as (

    select
        *,
        max(ended_at) over (
            partition by source_id, agent_number, state_local_date, state
            order by started_at, ended_at, agent_state_id
            rows between unbounded preceding and 1 preceding
        ) as covered_to,
        max(ended_at) over (
            partition by source_id, agent_number, state_local_date
            order by started_at, ended_at, agent_state_id
            rows between unbounded preceding and 1 preceding
        ) as busy_to

    from pieces
    where is_first_piece or ended_at > started_at

),

final as (

    select
        agent_state_id,
        source_id,
        agent_number,
        state,
        state_local_date,
        started_at,
        ended_at,
        {{ dbt.datediff('started_at', 'ended_at', 'millisecond') }}
            as state_milliseconds,
        -- Two chats at once fill the wall clock once.
        case
            when ended_at is not null
                then
                    greatest(
                        {{ dbt.datediff(
                            'coalesce(greatest(started_at, covered_to), started_at)',
                            'ended_at',
                            'millisecond'
                        ) }},
                        0
                    )
        end as counted_milliseconds,
        coalesce(started_at < busy_to, false) as is_overlapping,
        change_seq

    from covered

)

select * from final
