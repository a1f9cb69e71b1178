{{ config(materialized='table') }}
-- Grain: one row per ticket that is not deleted.
with

tickets as (

    select * from {{ ref('int_service__tickets_measured') }}

),

business_times as (

    select * from {{ ref('int_service__ticket_business_times_measured') }}

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        tickets.ticket_id,
        tickets.source_id,
        tickets.identity_key,
        identities.customer_id,
        identities.is_known as is_known_customer,
        customers.segment,
        customers.market,
        tickets.channel,
        queues.party_id as queue_id,
        agents.party_id as agent_id,
        tickets.reason,
        tickets.product_name,
        tickets.priority,
        tickets.status,
        tickets.is_solved,
        tickets.is_complaint,
        tickets.is_spam,
        tickets.merged_into_ticket_id is not null as is_merged,
        tickets.merged_into_ticket_id,
        tickets.created_at,
        tickets.created_local_date,
        tickets.first_due_at,
        tickets.solve_due_at,
        tickets.count_replies,
        tickets.first_replied_at,
        tickets.first_replied_local_date,
        repliers.party_id as first_reply_agent_id,
        tickets.is_clock_skewed,
        tickets.first_solved_at,
        tickets.first_solved_local_date,
        tickets.last_solved_at,
        tickets.last_solved_local_date,
        tickets.closed_at,
        tickets.count_reopens,
        tickets.last_reopened_at,
        tickets.first_response_calendar_milliseconds,
        tickets.first_resolution_calendar_milliseconds,
        tickets.full_resolution_calendar_milliseconds,
        tickets.open_time_milliseconds,
        tickets.age_calendar_milliseconds,
        business_times.first_response_business_milliseconds,
        business_times.first_response_business_last_schedule_milliseconds,
        business_times.first_resolution_business_milliseconds,
        business_times.full_resolution_business_milliseconds,
        business_times.open_time_business_milliseconds,
        business_times.age_business_milliseconds,
        coalesce(customers.is_internal, false) as is_internal

    from tickets
    left join business_times
        on tickets.ticket_id = business_times.ticket_id
    left join parties as queues
        on queues.kind = 'queue'
            and tickets.source_id = queues.source_id
            and tickets.queue = queues.name
    left join parties as agents
        on agents.kind = 'agent'
            and tickets.source_id = agents.source_id
            and tickets.agent_number = agents.name
    left join parties as repliers
        on repliers.kind = 'agent'
            and tickets.source_id = repliers.source_id
            and tickets.first_reply_agent_number = repliers.name
    {{ join_person_at('tickets', 'tickets.created_at') }}

)

select * from final
