-- Grain: one row per stretch of an agent's time in one state and local day.
with

mapped_stretches as (

    select * from {{ ref('int_calls__agent_states_split') }}

),

asterisk_stretches as (

    select * from {{ ref('int_calls__asterisk_agent_states_derived') }}
    where state is not null

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}
    where kind = 'agent'

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

named_mapped as (

    select
        mapped_stretches.*,
        parties.party_id as agent_id

    from mapped_stretches
    left join parties
        on mapped_stretches.source_id = parties.source_id
            and mapped_stretches.agent_number = parties.name

),

mapped_days as (

    select
        agent_id,
        state_local_date

    from named_mapped
    group by agent_id, state_local_date

),

named_asterisk as (

    select
        asterisk_stretches.*,
        asterisk_stretches.source_id || ':' || asterisk_stretches.agent_number
            as agent_id

    from asterisk_stretches
    inner join run
        on {{ is_before_as_of('asterisk_stretches.state_local_date') }}

),

final as (

    select
        concat_ws('|', agent_state_id, state_local_date) as agent_state_id,
        source_id,
        agent_id,
        state,
        state_local_date,
        started_at,
        ended_at,
        state_milliseconds,
        counted_milliseconds,
        is_overlapping,
        change_seq

    from named_mapped
    union all
    -- A work-force system that tells of an agent's day knows more than the queue log.
    select
        concat_ws('|', named_asterisk.agent_day_id, named_asterisk.piece_number)
            as agent_state_id,
        named_asterisk.source_id,
        named_asterisk.agent_id,
        named_asterisk.state,
        named_asterisk.state_local_date,
        named_asterisk.started_at,
        named_asterisk.ended_at,
        named_asterisk.state_milliseconds,
        named_asterisk.counted_milliseconds,
        named_asterisk.is_overlapping,
        named_asterisk.change_seq

    from named_asterisk
    left join mapped_days
        on named_asterisk.agent_id = mapped_days.agent_id
            and named_asterisk.state_local_date = mapped_days.state_local_date
    where mapped_days.agent_id is null

)

select * from final
