-- Grain: one row per message or note of a ticket.
with

messages as (

    select * from {{ ref('int_service__ticket_messages_latest') }}
    where not is_deleted

),

tickets as (

    select * from {{ ref('int_service__tickets_measured') }}

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        messages.ticket_message_id,
        messages.ticket_id,
        messages.source_id,
        messages.author_kind,
        agents.party_id as agent_id,
        coalesce(messages.is_public, true) as is_public,
        coalesce(messages.channel, tickets.channel) as channel,
        messages.sent_at,
        messages.sent_local_date,
        coalesce(
            messages.ticket_message_id = tickets.first_reply_message_id, false
        ) as is_first_reply

    from messages
    inner join run
        on {{ is_before_as_of('messages.sent_local_date') }}
    inner join tickets
        on messages.ticket_id = tickets.ticket_id
    left join parties as agents
        on agents.kind = 'agent'
            and messages.source_id = agents.source_id
            and messages.agent_number = agents.name

)

select * from final
