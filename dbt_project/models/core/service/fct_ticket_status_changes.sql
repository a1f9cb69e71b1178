-- Grain: one row per status that a ticket took on, with the time it lasted.
with

statuses as (

    select * from {{ ref('int_service__ticket_statuses_derived') }}

),

tickets as (

    select ticket_id
    from {{ ref('int_service__tickets_measured') }}

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

final as (

    select
        statuses.ticket_status_change_id,
        statuses.ticket_id,
        statuses.source_id,
        statuses.position_in_ticket,
        statuses.is_logged,
        statuses.status,
        statuses.previous_status,
        statuses.priority,
        queues.party_id as queue_id,
        agents.party_id as agent_id,
        statuses.valid_from,
        statuses.valid_to,
        statuses.valid_from_local_date,
        statuses.status_milliseconds,
        statuses.is_solution,
        statuses.is_reopening

    from statuses
    inner join tickets
        on statuses.ticket_id = tickets.ticket_id
    left join parties as queues
        on queues.kind = 'queue'
            and statuses.source_id = queues.source_id
            and statuses.queue = queues.name
    left join parties as agents
        on agents.kind = 'agent'
            and statuses.source_id = agents.source_id
            and statuses.agent_number = agents.name

)

select * from final
