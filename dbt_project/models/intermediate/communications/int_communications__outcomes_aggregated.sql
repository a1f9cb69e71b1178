{{ config(
    materialized='incremental',
    unique_key='communication_id',
    post_hook=[
        "{{ set_mark_from(ref('int_communications__communication_events_latest'), 'change_seq') }}",
    ],
) }}
-- Grain: one row per message of which something became; nulls when its events are gone.
with

events as (

    select * from {{ ref('int_communications__communication_events_latest') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

changed_messages as (

    select communication_id
    from events
    where change_seq > {{ mark('int_communications__communication_events_latest') }}
    group by communication_id

),

living_events as (

    select
        changed_messages.communication_id,
        events.event,
        coalesce(events.is_machine, false) as is_machine,
        events.occurred_at,
        events.occurred_local_date,
        run.change_seq

    from changed_messages
    cross join run
    left join events
        on changed_messages.communication_id = events.communication_id
            and not events.is_deleted

),

final as (

    select
        communication_id,
        min(occurred_at) filter (where event = 'delivered') as first_delivered_at,
        min(occurred_at) filter (where event = 'bounced_hard') as first_bounced_hard_at,
        min(occurred_at) filter (where event = 'bounced_soft') as first_bounced_soft_at,
        min(occurred_at) filter (where event = 'blocked') as first_blocked_at,
        min(occurred_at) filter (where event = 'opened' and not is_machine)
            as first_opened_at,
        min(occurred_at) filter (where event = 'opened' and is_machine)
            as first_machine_opened_at,
        min(occurred_at) filter (where event = 'clicked' and not is_machine)
            as first_clicked_at,
        min(occurred_at) filter (where event = 'replied') as first_replied_at,
        min(occurred_at) filter (where event = 'unsubscribed')
            as first_unsubscribed_at,
        min(occurred_at) filter (where event = 'complained') as first_complained_at,
        max(occurred_local_date) as last_occurred_local_date,
        min(change_seq) as change_seq

    from living_events
    group by communication_id

)

select * from final
