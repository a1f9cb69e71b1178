{{ config(materialized='view') }}
-- Grain: one row per visit of a person or a machine to the site or app.
with

web_events as (

    select * from {{ ref('int_sales__web_events_latest') }}
    where not is_deleted

),

events as (

    select
        *,
        {{ visit_id() }} as visit_id

    from web_events

),

final as (

    select
        visit_id,
        min(source_id) as source_id,
        -- Who logs in on the way was that person from the start.
        coalesce(
            min(customer_key),
            min(visitor_key),
            'visitor:' || min(web_event_id)
        ) as identity_key,
        min(campaign_source) as campaign_source,
        min_by(
            task, concat(cast(occurred_at as varchar), web_event_id)
        ) filter (where task is not null) as first_task,
        case
            when bool_or(event = 'completed') then 'completed'
            when bool_or(event = 'failed') then 'failed'
            when bool_or(event = 'started') then 'partial'
            else 'viewed'
        end as outcome,
        coalesce(bool_or(is_bot), false) as is_bot,
        min(occurred_at) as started_at,
        min(occurred_local_date) as started_local_date,
        max(occurred_at) as ended_at,
        count(*) as count_events

    from events
    group by visit_id

)

select * from final
