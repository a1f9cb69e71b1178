{{ config(materialized='view') }}
-- Grain: one row per ticket.
with

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

met_service_desk_tickets as (

    select * from {{ ref('met_service_desk_tickets') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

final as (

    select
        fct_tickets.ticket_id,
        fct_tickets.source_id,
        fct_tickets.customer_id,
        judged.market,
        judged.segment,
        judged.channel,
        fct_tickets.queue_id,
        fct_tickets.first_reply_agent_id as agent_id,
        dim_agents.team_name,
        fct_tickets.reason,
        fct_tickets.priority,
        fct_tickets.created_at,
        fct_tickets.created_local_date,
        judged.is_counted,
        judged.is_response_counted,
        fct_tickets.is_clock_skewed,
        fct_tickets.first_replied_at,
        fct_tickets.first_replied_local_date,
        fct_tickets.count_replies,
        fct_tickets.first_response_calendar_milliseconds,
        fct_tickets.first_response_business_milliseconds,
        fct_tickets.first_response_business_last_schedule_milliseconds,
        fct_tickets.first_replied_at is null as is_unreplied,
        case
            when fct_tickets.first_replied_at is null
                then fct_tickets.age_calendar_milliseconds
        end as unreplied_age_calendar_milliseconds,
        case
            when fct_tickets.first_replied_at is null
                then fct_tickets.age_business_milliseconds
        end as unreplied_age_business_milliseconds,
        judged.age_business_milliseconds,
        judged.is_first_reply_due,
        judged.is_first_reply_in_time,
        judged.is_first_reply_business_due,
        judged.is_first_reply_business_in_time,
        fct_tickets.first_due_at,
        judged.is_first_target_due,
        judged.is_first_target_met,
        fct_tickets.solve_due_at,
        judged.is_solve_target_due,
        judged.is_solve_target_met,
        judged.is_any_target_due,
        judged.is_every_target_met,
        fct_tickets.first_solved_at,
        fct_tickets.first_solved_local_date,
        fct_tickets.last_solved_at,
        fct_tickets.last_solved_local_date,
        judged.is_closed_unsolved,
        fct_tickets.first_resolution_calendar_milliseconds,
        fct_tickets.first_resolution_business_milliseconds,
        fct_tickets.full_resolution_calendar_milliseconds,
        fct_tickets.full_resolution_business_milliseconds,
        fct_tickets.open_time_milliseconds,
        fct_tickets.open_time_business_milliseconds,
        fct_tickets.count_reopens,
        judged.is_reopened,
        judged.is_reopening_known

    from fct_tickets

    inner join met_service_desk_tickets as judged
        on fct_tickets.ticket_id = judged.ticket_id

    left join dim_agents
        on fct_tickets.first_reply_agent_id = dim_agents.agent_id
            and fct_tickets.first_replied_at >= dim_agents.valid_from
            and fct_tickets.first_replied_at < dim_agents.valid_to

)

select * from final
