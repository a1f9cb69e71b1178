{{ config(
    materialized='incremental',
    unique_key='ivr_call_id',
    post_hook="{{ set_mark_from(ref('int_calls__ivr_events_latest'), 'change_seq') }}",
) }}
-- Grain: one row per call that came to the voice menu; one that got news is redone
-- whole.
with

ivr_events as (

    -- A deleted step names its call in its key alone.
    select
        *,
        split_part(ivr_event_id, '|', 1) as ivr_call_id

    from {{ ref('int_calls__ivr_events_latest') }}

),

changed_calls as (

    select ivr_call_id
    from ivr_events
    where change_seq > {{ mark('int_calls__ivr_events_latest') }}
    group by ivr_call_id

),

ordered as (

    select
        ivr_events.*,
        row_number() over (
            partition by ivr_events.ivr_call_id
            order by
                ivr_events.is_deleted,
                ivr_events.occurred_at,
                try_cast(ivr_events.step_number as bigint) nulls last,
                ivr_events.step_number
        ) as position_in_call

    from ivr_events
    inner join changed_calls
        on ivr_events.ivr_call_id = changed_calls.ivr_call_id

),

final as (

    select
        ivr_call_id,
        min(source_id) as source_id,
        min(call_number) as call_number,
        max(phone_key) filter (where not is_deleted) as phone_key,
        min_by(menu, position_in_call) filter (where not is_deleted) as first_menu,
        max_by(node, position_in_call) filter (where not is_deleted) as last_node,
        min(occurred_at) filter (where not is_deleted) as entered_at,
        min(occurred_local_date) filter (where not is_deleted) as entered_local_date,
        max(occurred_at) filter (where not is_deleted) as last_event_at,
        count(*) filter (where not is_deleted) as count_steps,
        -- Who succeeded and hung up is contained; who was passed on is not.
        case
            when bool_or(event = 'queued' and not is_deleted) then 'queued'
            when bool_or(event = 'succeeded' and not is_deleted) then 'contained'
            when bool_or(event = 'hung_up' and not is_deleted) then 'dropped'
        end as outcome,
        bool_and(is_deleted) as is_deleted,
        min(first_landed_at) as first_landed_at,
        max(change_seq) as change_seq

    from ordered
    group by ivr_call_id

)

select * from final
