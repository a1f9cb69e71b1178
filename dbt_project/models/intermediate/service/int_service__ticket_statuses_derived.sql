-- Grain: one row per status that a ticket took on before as_of.
-- Rebuilt each night: a new change moves the end of the one before it, and all of them
-- together are small beside calls.
with

run as (

    select * from {{ ref('stg_meta__run') }}

),

tickets as (

    select tickets.*
    from {{ ref('int_service__tickets_latest') }} as tickets
    inner join run
        on {{ is_before_as_of('tickets.created_local_date') }}
    where not tickets.is_deleted

),

changes as (

    select changes.*
    from {{ ref('int_service__ticket_status_changes_latest') }} as changes
    inner join run
        on {{ is_before_as_of('changes.changed_local_date') }}
    where not changes.is_deleted

),

logged_changes as (

    select
        changes.ticket_status_change_id,
        changes.ticket_id,
        changes.status,
        changes.priority,
        changes.queue,
        changes.agent_number,
        greatest(changes.changed_at, tickets.created_at) as valid_from,
        1 as event_rank,
        try_cast(changes.change_number as bigint) as change_order,
        changes.change_number

    from changes
    inner join tickets
        on changes.ticket_id = tickets.ticket_id

),

logs as (

    select
        ticket_id,
        min(valid_from) as first_changed_at,
        max(valid_from) as last_changed_at

    from logged_changes
    group by ticket_id

),

-- A source may log nothing before the first change, or nothing at all.
creations as (

    select
        tickets.ticket_id || ':created' as ticket_status_change_id,
        tickets.ticket_id,
        case
            when logs.ticket_id is null and tickets.solved_at is null
                then tickets.status
            else 'new'
        end as status,
        cast(null as varchar) as priority,
        cast(null as varchar) as queue,
        cast(null as varchar) as agent_number,
        tickets.created_at as valid_from,
        0 as event_rank,
        cast(null as bigint) as change_order,
        cast(null as varchar) as change_number

    from tickets
    left join logs
        on tickets.ticket_id = logs.ticket_id
    where
        logs.ticket_id is null
        or logs.first_changed_at > tickets.created_at

),

-- The log may lag behind the ticket's own record.
solutions as (

    select
        tickets.ticket_id || ':solved' as ticket_status_change_id,
        tickets.ticket_id,
        tickets.status,
        cast(null as varchar) as priority,
        cast(null as varchar) as queue,
        cast(null as varchar) as agent_number,
        greatest(tickets.solved_at, tickets.created_at) as valid_from,
        2 as event_rank,
        cast(null as bigint) as change_order,
        cast(null as varchar) as change_number

    from tickets
    inner join run
        on
            cast({{ to_local('tickets.solved_at', 'run.time_zone') }} as date)
            < run.as_of
    left join logs
        on tickets.ticket_id = logs.ticket_id
    where
        tickets.status in ('solved', 'closed')
        and (
            logs.ticket_id is null
            or tickets.solved_at > logs.last_changed_at
        )

),

events as (

    select * from logged_changes
    union all
    select * from creations
    union all
    select * from solutions

),

ordered as (

    select
        *,
        row_number() over (
            partition by ticket_id
            order by
                valid_from,
                event_rank,
                change_order nulls last,
                change_number nulls last
        ) as position_in_ticket

    from events

),

-- A change that leaves an attribute out leaves it as it was.
carried as (

    select
        *,
        lag(status) over (
            partition by ticket_id order by position_in_ticket
        ) as previous_status,
        lead(valid_from) over (
            partition by ticket_id order by position_in_ticket
        ) as next_changed_at,
        max_by(priority, position_in_ticket) filter (where priority is not null) over (
            partition by ticket_id order by position_in_ticket
            rows between unbounded preceding and current row
        ) as carried_priority,
        max_by(queue, position_in_ticket) filter (where queue is not null) over (
            partition by ticket_id order by position_in_ticket
            rows between unbounded preceding and current row
        ) as carried_queue,
        max_by(agent_number, position_in_ticket) filter (
            where agent_number is not null
        ) over (
            partition by ticket_id order by position_in_ticket
            rows between unbounded preceding and current row
        ) as carried_agent,
        count(priority) over (partition by ticket_id) as count_priorities,
        count(queue) over (partition by ticket_id) as count_queues,
        count(agent_number) over (partition by ticket_id) as count_agents

    from ordered

),

final as (

    select
        carried.ticket_status_change_id,
        carried.ticket_id,
        tickets.source_id,
        carried.position_in_ticket,
        carried.event_rank = 1 as is_logged,
        carried.status,
        carried.previous_status,
        -- What no change names, the ticket always had.
        case
            when carried.count_priorities > 0 then carried.carried_priority
            else tickets.priority
        end as priority,
        case
            when carried.count_queues > 0 then carried.carried_queue
            else tickets.queue
        end as queue,
        case
            when carried.count_agents > 0 then carried.carried_agent
            else tickets.agent_number
        end as agent_number,
        carried.valid_from,
        coalesce(carried.next_changed_at, cast('9999-12-31' as timestamp)) as valid_to,
        cast({{ to_local('carried.valid_from', 'run.time_zone') }} as date)
            as valid_from_local_date,
        {{ dbt.datediff(
            'carried.valid_from', 'carried.next_changed_at', 'millisecond'
        ) }} as status_milliseconds,
        carried.status in ('solved', 'closed')
        and carried.event_rank > 0
        and coalesce(carried.previous_status, 'new') not in ('solved', 'closed')
            as is_solution,
        carried.status in ('new', 'open', 'pending', 'on_hold')
        and coalesce(carried.previous_status, 'new') in ('solved', 'closed')
            as is_reopening

    from carried
    inner join tickets
        on carried.ticket_id = tickets.ticket_id
    cross join run

)

select * from final
