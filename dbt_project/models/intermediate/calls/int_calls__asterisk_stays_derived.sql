{{ config(
    materialized='incremental',
    unique_key='contact_id',
    post_hook=[
        "{{ set_mark('asterisk__queue_log') }}",
        "{{ set_mark('asterisk__cdr') }}",
    ],
) }}
-- Grain: one row per stay of a contact in a queue; a contact that got news is redone
-- whole.
with

log_events as (

    select * from {{ ref('stg_asterisk__queue_log') }}

),

legs as (

    select * from {{ ref('stg_asterisk__cdr') }}
    where _op = 'upsert'

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

-- A leg proves that nobody queued only where the log was read: before and after it.
coverage as (

    select
        source_id,
        min(occurred_at) as covered_from,
        max(occurred_at) as covered_to,
        min(occurred_at) filter (where _load_seq <= {{ mark('asterisk__queue_log') }})
            as was_covered_from,
        max(occurred_at) filter (where _load_seq <= {{ mark('asterisk__queue_log') }})
            as was_covered_to

    from log_events
    group by source_id

),

changed_calls as (

    select
        source_id,
        call_id

    from log_events
    where
        _load_seq > {{ mark('asterisk__queue_log') }}
        and call_id not in ('NONE', 'CLI', 'REALTIME', 'MANAGER')
    union
    select
        legs.source_id,
        legs.unique_id

    from legs
    left join coverage
        on legs.source_id = coverage.source_id
    where
        legs._load_seq > {{ mark('asterisk__cdr') }}
        or (
            legs.last_application = 'Queue'
            and (
                coverage.was_covered_from is null
                or legs.started_at < coverage.was_covered_from
                or legs.started_at > coverage.was_covered_to
            )
        )

),

events as (

    select
        log_events.contact_id,
        log_events.source_id,
        log_events.call_id,
        log_events.queue_name,
        nullif(
            regexp_replace(
                regexp_replace(log_events.agent_name, '^[A-Za-z]+/', ''), '@.*$', ''
            ),
            'NONE'
        ) as agent_number,
        log_events.event_name,
        log_events.phone_key,
        log_events.event_order,
        log_events.occurred_at,
        log_events._landed_at,
        -- Asterisk names parameters by event: seconds waited, seconds bridged, a note.
        try_cast(
            case
                when
                    log_events.event_name
                    in ('CONNECT', 'COMPLETEAGENT', 'COMPLETECALLER')
                    then log_events.data1
                when log_events.event_name = 'EXITWITHKEY' then log_events.data4
                when
                    log_events.event_name = 'ATTENDEDTRANSFER'
                    and log_events.data1 in ('LINK', 'THREEWAY')
                    then log_events.data4
                else log_events.data3
            end as bigint
        ) as wait_seconds,
        try_cast(
            case
                when log_events.event_name in ('COMPLETEAGENT', 'COMPLETECALLER')
                    then log_events.data2
                when
                    log_events.event_name = 'ATTENDEDTRANSFER'
                    and log_events.data1 in ('LINK', 'THREEWAY')
                    then split_part(log_events.data5, '|', 1)
                when log_events.event_name like '%TRANSFER' then log_events.data4
            end as bigint
        ) as bridged_seconds,
        case when log_events.event_name = 'INFO' then log_events.data1 end as note_name,
        try_cast(
            case when log_events.event_name = 'INFO' then log_events.data2 end as bigint
        ) as note_seconds,
        log_events.event_name in (
            'ABANDON', 'AGENTDUMP', 'EXITWITHKEY', 'EXITWITHTIMEOUT', 'EXITEMPTY',
            'SYSCOMPAT', 'COMPLETEAGENT', 'COMPLETECALLER', 'TRANSFER', 'BLINDTRANSFER',
            'ATTENDEDTRANSFER'
        ) as is_exit

    from log_events
    inner join changed_calls
        on log_events.source_id = changed_calls.source_id
            and log_events.call_id = changed_calls.call_id
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

numbered_events as (

    select
        *,
        count(*) filter (where event_name = 'ENTERQUEUE') over (
            partition by contact_id, queue_name
            order by event_order
            rows between unbounded preceding and current row
        ) as stay_number,
        count(*) filter (where event_name = 'ENTERQUEUE' or is_exit) over (
            partition by contact_id
        ) as count_queue_events,
        min(_landed_at) over (partition by contact_id) as contact_landed_at

    from events

),

queued_stays as (

    select
        contact_id,
        source_id,
        call_id,
        queue_name,
        stay_number,
        min_by(agent_number, event_order) filter (where event_name = 'CONNECT')
            as agent_number,
        max(phone_key) filter (where event_name = 'ENTERQUEUE') as phone_key,
        min(event_order) as stay_order,
        min(occurred_at) filter (where event_name = 'ENTERQUEUE') as entered_at,
        min(occurred_at) filter (where event_name = 'CONNECT') as answered_at,
        min_by(occurred_at, event_order) filter (where is_exit) as left_at,
        min_by(event_name, event_order) filter (where is_exit) as exit_event,
        max(wait_seconds) filter (where event_name = 'CONNECT') as answer_wait_seconds,
        min_by(wait_seconds, event_order) filter (where is_exit) as exit_wait_seconds,
        min_by(bridged_seconds, event_order) filter (where is_exit) as bridged_seconds,
        max(note_seconds) filter (where note_name = 'hold') as hold_seconds,
        max(note_seconds) filter (where note_name = 'acw') as wrap_seconds,
        bool_or(event_name like '%TRANSFER') as is_transferred,
        min(contact_landed_at) as first_landed_at

    from numbered_events
    where stay_number > 0
    group by contact_id, source_id, call_id, queue_name, stay_number

),

timed_stays as (

    select
        contact_id,
        source_id,
        call_id,
        queue_name,
        stay_number,
        agent_number,
        phone_key,
        stay_order,
        entered_at,
        left_at,
        case
            when answered_at is not null then 'answered'
            when exit_event like 'COMPLETE%' or exit_event like '%TRANSFER'
                then 'answered'
            when exit_event in ('ABANDON', 'AGENTDUMP') then 'abandoned'
            when exit_event is not null then 'flow_out'
        end as outcome,
        lower(exit_event) as exit_reason,
        -- The log's own count of seconds outranks the difference of two whole seconds.
        coalesce(
            answer_wait_seconds * 1000,
            exit_wait_seconds * 1000,
            {{ dbt.datediff(
                'entered_at', 'coalesce(answered_at, left_at)', 'second'
            ) }} * 1000
        ) as wait_milliseconds,
        bridged_seconds * 1000 as bridged_milliseconds,
        hold_seconds * 1000 as hold_milliseconds,
        wrap_seconds * 1000 as wrap_milliseconds,
        is_transferred,
        exit_event is null as is_open,
        first_landed_at

    from queued_stays

),

changed_legs as (

    select legs.*
    from legs
    inner join changed_calls
        on legs.source_id = changed_calls.source_id
            and legs.unique_id = changed_calls.call_id

),

callers as (

    select
        contact_id,
        max(phone_key) as phone_key

    from changed_legs
    group by contact_id

),

-- Announced to a queue and never in it: the queue was full or closed.
refused_by_log as (

    select
        numbered_events.contact_id,
        numbered_events.source_id,
        numbered_events.call_id,
        min_by(numbered_events.queue_name, numbered_events.event_order) as queue_name,
        max(callers.phone_key) as phone_key,
        min(numbered_events.event_order) as stay_order,
        min(numbered_events.occurred_at) as entered_at,
        min(numbered_events.contact_landed_at) as first_landed_at

    from numbered_events
    left join callers
        on numbered_events.contact_id = callers.contact_id
    where
        numbered_events.count_queue_events = 0
        and numbered_events.note_name is not null
    group by
        numbered_events.contact_id, numbered_events.source_id, numbered_events.call_id
    having count(*) filter (where numbered_events.note_name in ('hold', 'acw')) = 0

),

refused_by_leg as (

    select
        changed_legs.contact_id,
        changed_legs.source_id,
        changed_legs.unique_id as call_id,
        cast(null as varchar) as queue_name,
        max(changed_legs.phone_key) as phone_key,
        cast(null as bigint) as stay_order,
        min(changed_legs.started_at) as entered_at,
        min(changed_legs._landed_at) as first_landed_at

    from changed_legs
    inner join coverage
        on changed_legs.source_id = coverage.source_id
            and changed_legs.started_at
            between coverage.covered_from and coverage.covered_to
    left join events
        on changed_legs.contact_id = events.contact_id
    where changed_legs.last_application = 'Queue' and events.contact_id is null
    group by changed_legs.contact_id, changed_legs.source_id, changed_legs.unique_id

),

refused_stays as (

    select * from refused_by_log
    union all
    select * from refused_by_leg

),

stays as (

    select
        contact_id,
        source_id,
        call_id,
        queue_name,
        stay_number,
        agent_number,
        phone_key,
        stay_order,
        entered_at,
        left_at,
        outcome,
        exit_reason,
        wait_milliseconds,
        case
            when outcome = 'answered'
                then greatest(bridged_milliseconds - coalesce(hold_milliseconds, 0), 0)
        end as talk_milliseconds,
        case when outcome = 'answered' then coalesce(hold_milliseconds, 0) end
            as hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        is_open,
        first_landed_at

    from timed_stays
    union all
    select
        contact_id,
        source_id,
        call_id,
        queue_name,
        1 as stay_number,
        null as agent_number,
        phone_key,
        stay_order,
        entered_at,
        entered_at as left_at,
        'blocked' as outcome,
        'refused' as exit_reason,
        null as wait_milliseconds,
        null as talk_milliseconds,
        null as hold_milliseconds,
        null as wrap_milliseconds,
        false as is_transferred,
        false as is_open,
        first_landed_at

    from refused_stays

),

answered as (

    select
        *,
        case
            when outcome = 'answered'
                then
                    {{ dbt.dateadd('millisecond', 'wait_milliseconds', 'entered_at') }}
        end as answered_at

    from stays

),

final as (

    select
        answered.*,
        {{ to_local('answered.entered_at', 'run.time_zone') }} as entered_local_at,
        {{ to_local('answered.answered_at', 'run.time_zone') }} as answered_local_at,
        run.change_seq

    from answered
    cross join run

)

select * from final
