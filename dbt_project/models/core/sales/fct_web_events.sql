-- Grain: one row per step of a visitor on a site or in an app.
with

web_events as (

    select * from {{ ref('int_sales__web_events_latest') }}
    where not is_deleted

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        web_events.web_event_id,
        web_events.source_id,
        -- Without a session, a visitor's day is a visit.
        coalesce(
            web_events.source_id || ':' || web_events.session_number,
            concat_ws('|', web_events.identity_key, web_events.occurred_local_date)
        ) as visit_id,
        web_events.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        web_events.page,
        web_events.task,
        web_events.event,
        web_events.campaign_source,
        web_events.occurred_at,
        web_events.occurred_local_date,
        coalesce(web_events.is_bot, false) as is_bot,
        coalesce(customers.is_internal, false) as is_internal

    from web_events
    inner join run
        on {{ is_before_as_of('web_events.occurred_local_date') }}
    {{ join_person_at('web_events', 'web_events.occurred_at') }}

)

select * from final
