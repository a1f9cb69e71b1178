{{ config(materialized='view') }}
-- Grain: one row per complaint: a ticket of that class.
with

met_complaints as (

    select * from {{ ref('met_complaints') }}

),

final as (

    select
        ticket_id,
        customer_id,
        market,
        segment,
        channel,
        product_name,
        reason,
        queue_id,
        first_reply_agent_id as agent_id,
        created_at,
        complaint_local_date,
        first_replied_at,
        first_response_calendar_milliseconds,
        is_mature,
        case when is_mature then is_acknowledged_in_time end as is_acknowledged_in_time

    from met_complaints

)

select * from final
