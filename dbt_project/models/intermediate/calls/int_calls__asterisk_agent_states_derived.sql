{{ config(
    materialized='incremental',
    unique_key='agent_day_id',
    post_hook=[
        "{{ set_mark('asterisk__queue_log') }}",
        "{{ set_mark_from(ref('int_calls__asterisk_stays_derived'), 'change_seq') }}",
    ],
) }}
{#- Patterns: DuckDB makes a join of a long list, and reads all before it. #}
{%- set is_of_agent %}
            event_name like '%MEMBER'
            or event_name like 'AGENT%LOG%'
            or event_name like '%PAUSE%'
            or event_name in ('RINGNOANSWER', 'CONNECT')
{%- endset %}
-- Grain: one row per stretch of an agent's time in one state and local day, as the
-- queue log tells it; an agent's day that got news is redone whole, and stays as a row
-- without a state where nothing is left of it.
with

log_spans as (

    select * from {{ ref('int_calls__asterisk_log_spans') }}

),

stays as (

    select * from {{ ref('int_calls__asterisk_stays_derived') }}
    where outcome = 'answered' and agent_number is not null

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_events as (

    select
        log_events.source_id,
        regexp_replace(
            regexp_replace(log_events.agent_name, '^[A-Za-z]+/', ''), '@.*$', ''
        ) as agent_number,
        cast({{ to_local('log_events.occurred_at', 'run.time_zone') }} as date)
            as local_date

    from {{ ref('stg_asterisk__queue_log') }} as log_events
    cross join run
    where
        log_events._load_seq > {{ mark('asterisk__queue_log') }}
        and (
            {{ is_of_agent }}
        )

),

changed_days as (

    select
        source_id,
        agent_number,
        local_date

    from new_events
    where agent_number <> 'NONE'
    union
    select
        source_id,
        agent_number,
        cast(answered_local_at as date) as local_date

    from stays
    where change_seq > {{ mark('int_calls__asterisk_stays_derived') }}

),

-- No stretch lasts longer than a day, and idle time ends where another stretch begins:
-- what begins on a day hangs on it and the two after it.
redone_days as (

    select
        source_id,
        agent_number,
        local_date

    from changed_days
    union
    select
        source_id,
        agent_number,
        local_date - 1 as local_date

    from changed_days
    union
    select
        source_id,
        agent_number,
        local_date - 2 as local_date

    from changed_days

),

read_days as (

    select
        source_id,
        agent_number,
        local_date

    from redone_days
    union
    select
        source_id,
        agent_number,
        local_date + 2 as local_date

    from redone_days

),

read_window as (

    select
        min(cast(local_date as timestamp)) - interval 2 day as read_from,
        max(cast(local_date as timestamp)) + interval 2 day as read_to

    from read_days

),

days_apart as (

    select -1 as count_days
    union all
    select 0 as count_days
    union all
    select 1 as count_days

),

-- No zone is a whole day from UTC.
near_days as (

    select read_days.local_date + days_apart.count_days as utc_date
    from read_days
    cross join days_apart
    group by read_days.local_date + days_apart.count_days

),

near_loads as (

    select
        min(log_spans.load_seq) as first_load_seq,
        max(log_spans.load_seq) as last_load_seq

    from log_spans
    inner join read_window
        on log_spans.covered_to >= read_window.read_from
            and log_spans.covered_from < read_window.read_to

),

-- Loads and days come first: local time is dear, and most of the log is old.
near_events as (

    select log_events.*
    from {{ ref('stg_asterisk__queue_log') }} as log_events
    where
        log_events._load_seq >= (select near_loads.first_load_seq from near_loads)
        and log_events._load_seq <= (select near_loads.last_load_seq from near_loads)
        and (
            {{ is_of_agent }}
        )
        and cast(log_events.occurred_at as date) in (
            select near_days.utc_date from near_days
        )
    qualify
        row_number() over (
            partition by log_events.event_id
            order by
                log_events.source_version desc,
                log_events._load_seq desc,
                log_events._row_hash desc
        ) = 1
        and log_events._op = 'upsert'

),

named_events as (

    select
        near_events.source_id,
        regexp_replace(
            regexp_replace(near_events.agent_name, '^[A-Za-z]+/', ''), '@.*$', ''
        ) as agent_number,
        near_events.queue_name,
        near_events.event_name,
        near_events.event_order,
        near_events.occurred_at,
        cast({{ to_local('near_events.occurred_at', 'run.time_zone') }} as date)
            as local_date,
        near_events.data1,
        near_events.data3,
        near_events.event_name in ('ADDMEMBER', 'AGENTLOGIN', 'AGENTCALLBACKLOGIN')
            as is_arrival,
        near_events.event_name
        in ('REMOVEMEMBER', 'AGENTLOGOFF', 'AGENTCALLBACKLOGOFF') as is_departure

    from near_events
    cross join run

),

events as (

    select named_events.*
    from named_events
    inner join read_days
        on named_events.source_id = read_days.source_id
            and named_events.agent_number = read_days.agent_number
            and named_events.local_date = read_days.local_date

),

presences as (

    select
        *,
        lead(occurred_at) over (
            partition by source_id, agent_number, queue_name order by event_order
        ) as next_at,
        lead(is_departure) over (
            partition by source_id, agent_number, queue_name order by event_order
        ) as is_closed

    from events
    where is_arrival or is_departure

),

-- Who never leaves, a standing member, may be at home: no idle time is known.
closed_presences as (

    select
        source_id,
        agent_number,
        local_date,
        occurred_at as started_at,
        next_at as ended_at,
        max(next_at) over (
            partition by source_id, agent_number, local_date
            order by occurred_at, next_at
            rows between unbounded preceding and 1 preceding
        ) as covered_to

    from presences
    where
        is_arrival
        and is_closed
        and next_at > occurred_at
        and next_at <= occurred_at + interval 1 day

),

numbered_presences as (

    select
        *,
        count(*) filter (where covered_to is null or started_at > covered_to) over (
            partition by source_id, agent_number, local_date
            order by started_at, ended_at
            rows between unbounded preceding and current row
        ) as session_number

    from closed_presences

),

-- A member of several queues is at work once.
sessions as (

    select
        source_id,
        agent_number,
        local_date,
        session_number,
        min(started_at) as started_at,
        max(ended_at) as ended_at

    from numbered_presences
    group by source_id, agent_number, local_date, session_number

),

pauses as (

    select
        *,
        lead(occurred_at) over (
            partition by source_id, agent_number order by event_order
        ) as next_at

    from events
    where is_departure or event_name in ('PAUSE', 'PAUSEALL', 'UNPAUSE', 'UNPAUSEALL')

),

rings as (

    select
        *,
        coalesce(
            case
                when event_name = 'RINGNOANSWER' then try_cast(data1 as bigint)
                else try_cast(data3 as bigint) * 1000
            end,
            0
        ) as ring_milliseconds

    from events
    where event_name in ('RINGNOANSWER', 'CONNECT')

),

conversations as (

    select stays.*
    from stays
    inner join read_days
        on stays.source_id = read_days.source_id
            and stays.agent_number = read_days.agent_number
            and cast(stays.answered_local_at as date) = read_days.local_date
    where stays.talk_milliseconds is not null

),

busy as (

    select
        source_id,
        agent_number,
        local_date,
        case when lower(data1) like '%train%' then 'training' else 'break' end as state,
        occurred_at as started_at,
        next_at as ended_at

    from pauses
    where
        event_name in ('PAUSE', 'PAUSEALL')
        and next_at <= occurred_at + interval 1 day
    union all
    select
        source_id,
        agent_number,
        local_date,
        'ring' as state,
        {{ dbt.dateadd('millisecond', '-ring_milliseconds', 'occurred_at') }}
            as started_at,
        occurred_at as ended_at

    from rings
    union all
    select
        source_id,
        agent_number,
        cast(answered_local_at as date) as local_date,
        'handling' as state,
        answered_at as started_at,
        {{ dbt.dateadd(
            'millisecond',
            'talk_milliseconds + coalesce(hold_milliseconds, 0) '
            ~ '+ coalesce(wrap_milliseconds, 0)',
            'answered_at'
        ) }} as ended_at

    from conversations

),

session_limits as (

    select
        sessions.source_id,
        sessions.agent_number,
        sessions.local_date,
        sessions.session_number,
        greatest(busy.started_at, sessions.started_at) as started_at,
        least(busy.ended_at, sessions.ended_at) as ended_at

    from sessions
    inner join busy
        on sessions.source_id = busy.source_id
            and sessions.agent_number = busy.agent_number
            and sessions.local_date <= busy.local_date
            and sessions.started_at < busy.ended_at
            and sessions.ended_at > busy.started_at
    union all
    select
        source_id,
        agent_number,
        local_date,
        session_number,
        started_at,
        started_at as ended_at

    from sessions
    union all
    select
        source_id,
        agent_number,
        local_date,
        session_number,
        ended_at as started_at,
        ended_at

    from sessions

),

free_time as (

    select
        *,
        max(ended_at) over (
            partition by source_id, agent_number, local_date, session_number
            order by started_at, ended_at
            rows between unbounded preceding and 1 preceding
        ) as free_from

    from session_limits

),

stretches as (

    select
        source_id,
        agent_number,
        local_date,
        state,
        started_at,
        ended_at

    from busy
    where ended_at > started_at
    union all
    select
        source_id,
        agent_number,
        local_date,
        'idle' as state,
        free_from as started_at,
        started_at as ended_at

    from free_time
    where started_at > free_from

),

local_stretches as (

    select
        stretches.*,
        cast({{ to_local('stretches.started_at', 'run.time_zone') }} as date)
            as started_local_date,
        cast({{ to_local('stretches.ended_at', 'run.time_zone') }} as date)
            as ended_local_date

    from stretches
    cross join run

),

days_ahead as (

    select 0 as count_days
    union all
    select 1 as count_days

),

pieces as (

    select
        local_stretches.source_id,
        local_stretches.agent_number,
        local_stretches.local_date,
        local_stretches.state,
        local_stretches.started_local_date + days_ahead.count_days as state_local_date,
        case
            when days_ahead.count_days = 0 then local_stretches.started_at
            else
                {{ to_utc(
                    'cast(local_stretches.started_local_date + 1 as timestamp)',
                    'run.time_zone'
                ) }}
        end as started_at,
        case
            when days_ahead.count_days = 1 then local_stretches.ended_at
            else
                least(
                    local_stretches.ended_at,
                    {{ to_utc(
                        'cast(local_stretches.started_local_date + 1 as timestamp)',
                        'run.time_zone'
                    ) }}
                )
        end as ended_at

    from local_stretches
    inner join days_ahead
        on
            local_stretches.started_local_date + days_ahead.count_days
            <= local_stretches.ended_local_date
    cross join run

),

numbered_pieces as (

    select
        *,
        row_number() over (
            partition by source_id, agent_number, local_date
            order by started_at, ended_at, state
        ) as piece_number

    from pieces
    where ended_at > started_at

),

covered_pieces as (

    select
        *,
        max(ended_at) over (
            partition by source_id, agent_number, local_date, state_local_date, state
            order by piece_number
            rows between unbounded preceding and 1 preceding
        ) as covered_to,
        max(ended_at) over (
            partition by source_id, agent_number, local_date, state_local_date
            order by piece_number
            rows between unbounded preceding and 1 preceding
        ) as busy_to

    from numbered_pieces

),

final as (

    select
        concat_ws(
            '|',
            redone_days.source_id || ':' || redone_days.agent_number,
            redone_days.local_date
        ) as agent_day_id,
        redone_days.source_id,
        redone_days.agent_number,
        redone_days.local_date,
        covered_pieces.piece_number,
        covered_pieces.state,
        covered_pieces.state_local_date,
        covered_pieces.started_at,
        covered_pieces.ended_at,
        {{ dbt.datediff(
            'covered_pieces.started_at', 'covered_pieces.ended_at', 'millisecond'
        ) }} as state_milliseconds,
        case
            when covered_pieces.ended_at is not null
                then
                    greatest(
                        {{ dbt.datediff(
                            'coalesce(greatest(covered_pieces.started_at, '
                            ~ 'covered_pieces.covered_to), covered_pieces.started_at)',
                            'covered_pieces.ended_at',
                            'millisecond'
                        ) }},
                        0
                    )
        end as counted_milliseconds,
        coalesce(covered_pieces.started_at < covered_pieces.busy_to, false)
            as is_overlapping,
        run.change_seq

    from redone_days
    cross join run
    left join covered_pieces
        on redone_days.source_id = covered_pieces.source_id
            and redone_days.agent_number = covered_pieces.agent_number
            and redone_days.local_date = covered_pieces.local_date

)

select * from final
