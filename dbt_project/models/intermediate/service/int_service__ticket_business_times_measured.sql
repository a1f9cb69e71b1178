-- Grain: one row per ticket created before as_of that is not deleted.
-- A ticket that moves to another queue is cut there: each part counts by the schedule
-- of the queue that had it. Rebuilt each night: a schedule may change for any age.
with

tickets as (

    select * from {{ ref('int_service__tickets_measured') }}

),

ticket_statuses as (

    select * from {{ ref('int_service__ticket_statuses_derived') }}

),

moves as (

    select
        ticket_id,
        position_in_ticket,
        queue,
        valid_from

    from ticket_statuses
    qualify
        position_in_ticket = 1
        or coalesce(queue, '') <> coalesce(lag(queue) over (
            partition by ticket_id
            order by position_in_ticket
        ), '')

),

stays as (

    select
        ticket_id,
        queue,
        valid_from,
        lead(valid_from, 1, cast('9999-12-31' as timestamp)) over (
            partition by ticket_id
            order by position_in_ticket
        ) as valid_to

    from moves

),

goals as (

    select
        ticket_id,
        'first_response' as measure,
        created_at,
        first_replied_at as ends_at

    from tickets
    where first_replied_at is not null
    union all
    select
        ticket_id,
        'first_resolution' as measure,
        created_at,
        first_solved_at as ends_at

    from tickets
    where first_solved_at is not null
    union all
    select
        ticket_id,
        'full_resolution' as measure,
        created_at,
        last_solved_at as ends_at

    from tickets
    where last_solved_at is not null
    union all
    select
        ticket_id,
        'age' as measure,
        created_at,
        aged_until as ends_at

    from tickets

),

-- A vendor judges a first response from the creation on by the last queue's schedule.
spans as (

    select
        goals.ticket_id,
        goals.measure,
        stays.queue,
        case
            when goals.measure = 'first_response' and goals.ends_at < stays.valid_to
                then goals.created_at
        end as judged_from,
        stays.valid_from as starts_at,
        least(stays.valid_to, goals.ends_at) as ends_at

    from goals
    inner join stays
        on goals.ticket_id = stays.ticket_id
            and goals.ends_at >= stays.valid_from
    union all
    select
        ticket_statuses.ticket_id,
        'open_time' as measure,
        ticket_statuses.queue,
        cast(null as timestamp) as judged_from,
        ticket_statuses.valid_from as starts_at,
        case
            when ticket_statuses.status in ('new', 'open', 'on_hold')
                then ticket_statuses.valid_to
            else ticket_statuses.valid_from
        end as ends_at

    from tickets
    inner join ticket_statuses
        on tickets.ticket_id = ticket_statuses.ticket_id
    where tickets.open_time_milliseconds is not null

),

queues as (

    select queue

    from ticket_statuses
    where queue is not null
    group by queue

),

-- What a ticket system calls a group is a team elsewhere.
clocks as (

    select
        queues.queue,
        {{ business_clock() }} as clock_id

    from queues
    {{ join_business_clocks(queue='queues.queue', team='queues.queue') }}

),

{% set clock = "coalesce(clocks.clock_id, 'company')" %}
{% set last_schedule = 'case when spans.judged_from is not null '
    ~ 'then ended.schedule_clock_id end' %}

measured as (

    select
        spans.ticket_id,
        spans.measure,
        {{ business_milliseconds(
            'started', 'spans.starts_at', 'ended', 'spans.ends_at'
        ) }} as business_milliseconds,
        {{ business_milliseconds(
            'last_started', 'spans.judged_from', 'last_ended', 'spans.ends_at'
        ) }} as last_schedule_milliseconds

    from spans
    left join clocks
        on spans.queue = clocks.queue
    {{ join_business_time('started', 'spans.starts_at', clock) }}
    {{ join_business_time('ended', 'spans.ends_at', clock) }}
    {{ join_business_time('last_started', 'spans.judged_from', last_schedule) }}
    {{ join_business_time('last_ended', 'spans.ends_at', last_schedule) }}

),

-- A part that no clock covers leaves the whole unknown.
summed as (

    select
        ticket_id,
        measure,
        case
            when count(*) = count(business_milliseconds)
                then cast(sum(business_milliseconds) as bigint)
        end as business_milliseconds,
        max(last_schedule_milliseconds) as last_schedule_milliseconds

    from measured
    group by ticket_id, measure

),

-- Every ticket is in some queue, or in none, and has an age: none is missing.
final as (

    select
        ticket_id,
        max(business_milliseconds) filter (
            where measure = 'first_response'
        ) as first_response_business_milliseconds,
        max(last_schedule_milliseconds)
            as first_response_business_last_schedule_milliseconds,
        max(business_milliseconds) filter (
            where measure = 'first_resolution'
        ) as first_resolution_business_milliseconds,
        max(business_milliseconds) filter (
            where measure = 'full_resolution'
        ) as full_resolution_business_milliseconds,
        max(business_milliseconds) filter (
            where measure = 'open_time'
        ) as open_time_business_milliseconds,
        max(business_milliseconds) filter (where measure = 'age')
            as age_business_milliseconds

    from summed
    group by ticket_id

)

select * from final
