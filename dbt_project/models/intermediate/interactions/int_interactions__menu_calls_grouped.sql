{{ config(materialized='view') }}
-- Grain: one row per call that came to the voice menu.
with

ivr_events as (

    select * from {{ ref('int_calls__ivr_events_latest') }}
    where not is_deleted

),

contacts as (

    select call_id from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted
    group by call_id

),

menu_calls as (

    select
        source_id || ':' || call_number as menu_call_id,
        min(source_id) as source_id,
        min(call_number) as call_number,
        min(phone_key) as phone_key,
        min(menu) as menu,
        min(occurred_at) as started_at,
        min(occurred_local_date) as started_local_date,
        max(occurred_at) as ended_at

    from ivr_events
    group by source_id || ':' || call_number

),

final as (

    select
        menu_calls.menu_call_id,
        menu_calls.source_id,
        coalesce(
            menu_calls.phone_key, 'call:' || menu_calls.menu_call_id
        ) as identity_key,
        menu_calls.menu,
        menu_calls.started_at,
        menu_calls.started_local_date,
        menu_calls.ended_at,
        contacts.call_id is not null as has_contact

    from menu_calls
    left join contacts
        on menu_calls.call_number = contacts.call_id

)

select * from final
