{{ config(materialized='view') }}
-- Grain: one row per ticket.
with

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

fct_ticket_messages as (

    select * from {{ ref('fct_ticket_messages') }}

),

fct_ticket_status_changes as (

    select * from {{ ref('fct_ticket_status_changes') }}

),

met_service_desk_tickets as (

    select * from {{ ref('met_service_desk_tickets') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}
    where is_current

),

messages as (

    select
        ticket_id,
        count(*) filter (where author_kind = 'customer') as count_customer_messages,
        count(*) filter (where author_kind = 'agent' and is_public)
            as count_agent_messages,
        count(*) filter (where not is_public) as count_internal_notes,
        count(*) filter (where author_kind in ('bot', 'auto_reply'))
            as count_automatic_messages,
        max(sent_at) filter (where is_public) as last_message_at

    from fct_ticket_messages

    group by ticket_id

),

changes as (

    select
        ticket_id,
        count(distinct queue_id) as count_queues,
        count(distinct agent_id) as count_agents,
        cast(sum(status_milliseconds) filter (where status = 'pending') as bigint)
            as waiting_for_customer_milliseconds

    from fct_ticket_status_changes

    group by ticket_id

),

final as (

    select
        fct_tickets.ticket_id,
        fct_tickets.source_id,
        fct_tickets.customer_id,
        fct_tickets.is_known_customer,
        judged.market,
        judged.segment,
        judged.channel,
        fct_tickets.queue_id,
        fct_tickets.agent_id,
        dim_agents.team_name,
        fct_tickets.reason,
        fct_tickets.product_name,
        fct_tickets.priority,
        fct_tickets.status,
        judged.is_counted,
        fct_tickets.is_internal,
        fct_tickets.is_spam,
        fct_tickets.is_merged,
        fct_tickets.merged_into_ticket_id,
        fct_tickets.is_complaint,
        fct_tickets.is_solved,
        fct_tickets.created_at,
        fct_tickets.created_local_date,
        fct_tickets.first_replied_at,
        fct_tickets.first_solved_at,
        fct_tickets.first_solved_local_date,
        fct_tickets.last_solved_at,
        fct_tickets.closed_at,
        judged.is_closed_unsolved,
        case
            when not fct_tickets.is_solved then fct_tickets.age_calendar_milliseconds
        end as open_age_calendar_milliseconds,
        case
            when not fct_tickets.is_solved then fct_tickets.age_business_milliseconds
        end as open_age_business_milliseconds,
        fct_tickets.count_replies,
        coalesce(messages.count_customer_messages, 0) as count_customer_messages,
        coalesce(messages.count_agent_messages, 0) as count_agent_messages,
        coalesce(messages.count_internal_notes, 0) as count_internal_notes,
        coalesce(messages.count_automatic_messages, 0) as count_automatic_messages,
        messages.last_message_at,
        coalesce(changes.count_queues, 0) as count_queues,
        coalesce(changes.count_agents, 0) as count_agents,
        fct_tickets.count_reopens,
        judged.is_reopened,
        fct_tickets.first_response_calendar_milliseconds,
        fct_tickets.first_response_business_milliseconds,
        fct_tickets.first_resolution_calendar_milliseconds,
        fct_tickets.full_resolution_calendar_milliseconds,
        fct_tickets.open_time_milliseconds,
        changes.waiting_for_customer_milliseconds,
        judged.is_any_target_due,
        judged.is_every_target_met

    from fct_tickets

    inner join met_service_desk_tickets as judged
        on fct_tickets.ticket_id = judged.ticket_id

    left join messages
        on fct_tickets.ticket_id = messages.ticket_id

    left join changes
        on fct_tickets.ticket_id = changes.ticket_id

    left join dim_agents
        on fct_tickets.agent_id = dim_agents.agent_id

)

select * from final
