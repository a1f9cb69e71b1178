{{ config(
    materialized='incremental',
    unique_key='contact_id',
    post_hook=[
        "{{ set_mark('asterisk__queue_log') }}",
        "{{ set_mark('asterisk__cdr') }}",
    ],
) }}
{#- Patterns: DuckDB makes a join of a long list, and reads all before it. #}
{%- set is_of_stay %}
            event_name in ('ENTERQUEUE', 'CONNECT', 'ABANDON')
            or event_name in ('AGENTDUMP', 'SYSCOMPAT')
            or event_name like 'EXIT%'
            or event_name like 'COMPLETE%'
            or event_name like '%TRANSFER'
{%- endset %}
-- Grain: one row per stay of a contact in a queue; a contact that got news is redone
-- whole.
with

log_spans as (

    select * from {{ ref('int_calls__asterisk_log_spans') }}

),

call_note_reasons as (

    select * from {{ ref('call_note_reasons') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

-- A leg proves that nobody queued only where the log was read: before and after it.
coverage as (

    select
        source_id,
        min(covered_from) as covered_from,
        max(covered_to) as covered_to,
        min(covered_from) filter (where load_seq <= {{ mark('asterisk__queue_log') }})
            as was_covered_from,
        max(covered_to) filter (where load_seq <= {{ mark('asterisk__queue_log') }})
            as was_covered_to

    from log_spans
    group by source_id

),

-- Time that the log has come to cover since.
gained_periods as (

    select
        source_id,
        covered_from as gained_from,
        coalesce(was_covered_from, covered_to) as gained_to

    from coverage
    where was_covered_from is null or covered_from < was_covered_from
    union all
    select
        source_id,
        was_covered_to as gained_from,
        covered_to as gained_to

    from coverage
    where was_covered_to < covered_to

),

-- Nobody asks for these where all calls are derived anew. They are numbers alone:
-- where two exchanges use the same one, both calls are redone. Log and legs are named
-- wherever they are read: what several clauses share is held in memory, here history.
changed_calls as (

    select call_id
    from {{ ref('stg_asterisk__queue_log') }}
    where
        _load_seq > {{ mark('asterisk__queue_log') }}
        and call_id not in ('NONE', 'CLI', 'REALTIME', 'MANAGER')
        and ({{ is_of_stay }} or event_name = 'INFO')
    union
    select unique_id as call_id
    from {{ ref('stg_asterisk__cdr') }}
    where _load_seq > {{ mark('asterisk__cdr') }} and _op = 'upsert'
    union
    select legs.unique_id as call_id
    from {{ ref('stg_asterisk__cdr') }} as legs
    inner join gained_periods
        on legs.source_id = gained_periods.source_id
            and legs.started_at >= gained_periods.gained_from
            and legs.started_at <= gained_periods.gained_to
    where legs.last_application = 'Queue' and legs._op = 'upsert'

),

-- Calls are numbered in their order: files with smaller numbers alone are not read.
oldest_call as (

    select min(call_id) as call_id
    from changed_calls

),

-- Rings, pauses and logins tell nothing of a stay, and of the notes only two do.
stay_lines as (

    select log_lines.*
    from {{ ref('stg_asterisk__queue_log') }} as log_lines
    where
        log_lines._op = 'upsert'
        {%- if is_incremental() %}
            and log_lines.call_id in (select changed_calls.call_id from changed_calls)
            and log_lines.call_id >= (select oldest_call.call_id from oldest_call)
        {%- endif %}
        and log_lines.call_id not in ('NONE', 'CLI', 'REALTIME', 'MANAGER')
        and (
            {{ is_of_stay }}
            or log_lines.event_name = 'INFO' and log_lines.data1 in ('hold', 'acw')
        )

),

-- Calls with a note before the queue, such as the choice in a menu.
announced_calls as (

    select
        log_lines.contact_id,
        log_lines.source_id,
        log_lines.call_id,
        min_by(log_lines.queue_name, log_lines.event_order) as queue_name,
        min(log_lines.event_order) as stay_order,
        min(log_lines.occurred_at) as entered_at,
        min(log_lines._landed_at) as first_landed_at

    from {{ ref('stg_asterisk__queue_log') }} as log_lines
    where
        log_lines._op = 'upsert'
        {%- if is_incremental() %}
            and log_lines.call_id in (select changed_calls.call_id from changed_calls)
            and log_lines.call_id >= (select oldest_call.call_id from oldest_call)
        {%- endif %}
        and log_lines.call_id not in ('NONE', 'CLI', 'REALTIME', 'MANAGER')
        and log_lines.event_name = 'INFO'
        and coalesce(log_lines.data1, '') not in ('hold', 'acw')
    group by log_lines.contact_id, log_lines.source_id, log_lines.call_id

),

events as (

    select
        contact_id,
        queue_name,
        nullif(
            regexp_replace(
                regexp_replace(agent_name, '^[A-Za-z]+/', ''), '@.*$', ''
            ),
            'NONE'
        ) as agent_number,
        event_name,
        phone_key,
        event_order,
        occurred_at,
        _landed_at,
        _load_seq,
        -- Asterisk names parameters by event: seconds waited, seconds bridged, a note.
        try_cast(
            case
                when event_name in ('CONNECT', 'COMPLETEAGENT', 'COMPLETECALLER')
                    then data1
                when event_name = 'EXITWITHKEY' then data4
                when
                    event_name = 'ATTENDEDTRANSFER' and data1 in ('LINK', 'THREEWAY')
                    then data4
                else data3
            end as bigint
        ) as wait_seconds,
        try_cast(
            case
                when event_name in ('COMPLETEAGENT', 'COMPLETECALLER') then data2
                when
                    event_name = 'ATTENDEDTRANSFER' and data1 in ('LINK', 'THREEWAY')
                    then split_part(data5, '|', 1)
                when event_name like '%TRANSFER' then data4
            end as bigint
        ) as bridged_seconds,
        case when event_name = 'INFO' then data1 end as note_name,
        try_cast(case when event_name = 'INFO' then data2 end as bigint)
            as note_seconds,
        event_name not in ('ENTERQUEUE', 'CONNECT', 'INFO') as is_exit

    from stay_lines

),

-- A line that landed twice stands once, as last landed: its place is its key.
placed_events as (

    select
        *,
        max(case when event_name = 'ENTERQUEUE' then event_order end) over (
            partition by contact_id, queue_name
            order by event_order asc, _load_seq desc
            rows between unbounded preceding and current row
        ) as stay_order,
        coalesce(event_order = lag(event_order) over (
            partition by contact_id, queue_name
            order by event_order asc, _load_seq desc
        ), false) as is_superseded

    from events

),

stays_in_queues as (

    select
        contact_id,
        queue_name,
        stay_order,
        min_by(agent_number, event_order) filter (where event_name = 'CONNECT')
            as agent_number,
        max(phone_key) filter (where event_name = 'ENTERQUEUE') as phone_key,
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
        min(_landed_at) as first_landed_at

    from placed_events
    where not is_superseded
    group by contact_id, queue_name, stay_order

),

queued_stays as (

    select
        *,
        row_number() over (
            partition by contact_id, queue_name
            order by stay_order
        ) as stay_number

    from stays_in_queues
    where stay_order is not null

),

timed_stays as (

    select
        contact_id,
        split_part(contact_id, ':', 1) as source_id,
        substring(contact_id, position(':' in contact_id) + 1) as call_id,
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
    from {{ ref('stg_asterisk__cdr') }} as legs
    where
        legs._op = 'upsert'
        {%- if is_incremental() %}
            and legs.unique_id in (select changed_calls.call_id from changed_calls)
            and legs.unique_id >= (select oldest_call.call_id from oldest_call)
        {%- endif %}

),

-- The dialplan's first note that means a reason.
noted_reasons as (

    select
        changed_legs.contact_id,
        call_note_reasons.reason

    from changed_legs
    inner join call_note_reasons
        on lower(trim(changed_legs.user_field)) = call_note_reasons.note
    qualify row_number() over (
            partition by changed_legs.contact_id
            order by changed_legs.started_at, changed_legs.leg_id
        ) = 1

),

-- Announced to a queue and never in it: the queue was full or closed.
refused_by_log as (

    select
        announced_calls.contact_id,
        announced_calls.source_id,
        announced_calls.call_id,
        announced_calls.queue_name,
        max(changed_legs.phone_key) as phone_key,
        announced_calls.stay_order,
        announced_calls.entered_at,
        announced_calls.first_landed_at

    from announced_calls
    left join stays_in_queues
        on announced_calls.contact_id = stays_in_queues.contact_id
    left join changed_legs
        on announced_calls.contact_id = changed_legs.contact_id
    where stays_in_queues.contact_id is null
    group by
        announced_calls.contact_id,
        announced_calls.source_id,
        announced_calls.call_id,
        announced_calls.queue_name,
        announced_calls.stay_order,
        announced_calls.entered_at,
        announced_calls.first_landed_at

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
    left join stays_in_queues
        on changed_legs.contact_id = stays_in_queues.contact_id
    left join refused_by_log
        on changed_legs.contact_id = refused_by_log.contact_id
    where
        changed_legs.last_application = 'Queue'
        and stays_in_queues.contact_id is null
        and refused_by_log.contact_id is null
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
        noted_reasons.reason,
        {{ to_local('answered.entered_at', 'run.time_zone') }} as entered_local_at,
        {{ to_local('answered.answered_at', 'run.time_zone') }} as answered_local_at,
        run.change_seq

    from answered
    cross join run
    left join noted_reasons
        on answered.contact_id = noted_reasons.contact_id

)

select * from final
