-- Grain: one row per step of a call in the voice menu.
with

ivr_events as (

    select * from {{ ref('int_calls__ivr_events_latest') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        ivr_events.ivr_event_id,
        split_part(ivr_events.ivr_event_id, '|', 1) as ivr_call_id,
        ivr_events.source_id,
        ivr_events.menu,
        ivr_events.node,
        ivr_events.event,
        ivr_events.occurred_at,
        ivr_events.occurred_local_date

    from ivr_events
    inner join run
        on {{ is_before_as_of('ivr_events.occurred_local_date') }}

)

select * from final
