-- Grain: one row per event of a message.
with

events as (

    select * from {{ ref('int_communications__communication_events_latest') }}
    where not is_deleted

),

communications as (

    select * from {{ ref('int_communications__communications_latest') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        events.communication_event_id,
        events.communication_id,
        events.source_id,
        communications.channel,
        communications.purpose,
        communications.template,
        communications.sent_local_date,
        events.event,
        coalesce(events.is_machine, false) as is_machine,
        events.occurred_at,
        events.occurred_local_date,
        coalesce(communications.is_test, false) as is_test,
        greatest(events.change_seq, communications.change_seq) as change_seq

    from events
    inner join communications
        on events.communication_id = communications.communication_id
    inner join run
        on {{ is_before_as_of('events.occurred_local_date') }}
            and communications.sent_local_date < run.as_of

)

select * from final
