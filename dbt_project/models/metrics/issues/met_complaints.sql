{{ config(materialized='view') }}
-- Grain: one row per complaint: a ticket of that class.
with

fct_tickets as (

    select * from {{ ref('fct_tickets') }}
    where
        is_complaint
        and not is_spam
        and not is_merged
        and not is_internal

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-COMPL' and statistic = 'acknowledged'

),

final as (

    select
        tickets.ticket_id,
        tickets.customer_id,
        coalesce(tickets.market, 'unknown') as market,
        coalesce(tickets.segment, 'unknown') as segment,
        coalesce(tickets.channel, 'unknown') as channel,
        coalesce(tickets.product_name, 'unknown') as product_name,
        coalesce(tickets.reason, 'unknown') as reason,
        tickets.queue_id,
        tickets.first_reply_agent_id,
        tickets.status,
        tickets.created_at,
        tickets.created_local_date as complaint_local_date,
        tickets.first_replied_at,
        tickets.first_response_calendar_milliseconds,
        cast(
            tickets.created_local_date + interval 1 day * kpis.maturity_days as date
        ) <= dim_run.as_of as is_mature,
        coalesce(
            tickets.first_response_calendar_milliseconds <= kpis.threshold_milliseconds,
            false
        ) as is_acknowledged_in_time

    from fct_tickets as tickets

    cross join kpis

    cross join dim_run

)

select * from final
