-- Grain: one row per ticket created before as_of that is not deleted.
-- Rebuilt each night: a message or a change of status moves a ticket of any age, and
-- all of them together are small beside calls.
with

run as (

    select * from {{ ref('stg_meta__run') }}

),

tickets as (

    select tickets.*
    from {{ ref('int_service__tickets_latest') }} as tickets
    inner join run
        on {{ is_before_as_of('tickets.created_local_date') }}
    where not tickets.is_deleted

),

messages as (

    select messages.*
    from {{ ref('int_service__ticket_messages_latest') }} as messages
    inner join run
        on {{ is_before_as_of('messages.sent_local_date') }}
    where not messages.is_deleted

),

ticket_statuses as (

    select * from {{ ref('int_service__ticket_statuses_derived') }}

),

-- Nobody waits for a bot, an automatic reply or a note among colleagues.
public_messages as (

    select
        messages.ticket_message_id,
        messages.ticket_id,
        messages.author_kind,
        messages.agent_number,
        messages.sent_at,
        tickets.created_at,
        row_number() over (
            partition by messages.ticket_id
            order by
                messages.sent_at,
                try_cast(messages.message_number as bigint) nulls last,
                messages.message_number
        ) as position_in_ticket

    from messages
    inner join tickets
        on messages.ticket_id = tickets.ticket_id
    where
        coalesce(messages.is_public, true)
        and messages.author_kind in ('customer', 'agent')

),

-- An agent who opens a ticket writes its first message; the next one is the reply.
judged_messages as (

    select
        *,
        author_kind = 'agent'
        and not (
            position_in_ticket = 1
            and sent_at
            between
            created_at - interval '{{ var("ticket_opening_seconds") }} seconds'
            and created_at + interval '{{ var("ticket_opening_seconds") }} seconds'
        ) as is_answer

    from public_messages

),

conversations as (

    select
        ticket_id,
        count(*) filter (where is_answer and sent_at >= created_at) as count_replies,
        min_by(ticket_message_id, position_in_ticket) filter (
            where is_answer and sent_at >= created_at
        ) as first_reply_message_id,
        min(sent_at) filter (where is_answer and sent_at >= created_at)
            as first_replied_at,
        bool_or(is_answer and sent_at < created_at) as is_clock_skewed,
        min_by(ticket_message_id, position_in_ticket) filter (
            where author_kind = 'customer'
        ) as first_customer_message_id

    from judged_messages
    group by ticket_id

),

replies as (

    select
        conversations.*,
        judged_messages.agent_number as first_reply_agent_number

    from conversations
    left join judged_messages
        on conversations.first_reply_message_id = judged_messages.ticket_message_id

),

statuses as (

    select
        ticket_id,
        max_by(status, position_in_ticket) as status,
        bool_or(is_logged) as is_logged,
        min(valid_from) filter (where is_solution) as first_solved_at,
        max(valid_from) filter (where is_solution) as last_solved_at,
        max(valid_from) filter (
            where status = 'closed' and previous_status <> 'closed'
        ) as closed_at,
        count(*) filter (where is_reopening) as count_reopens,
        max(valid_from) filter (where is_reopening) as last_reopened_at,
        coalesce(
            cast(
                sum(status_milliseconds) filter (
                    where status in ('new', 'open', 'on_hold')
                ) as bigint
            ),
            0
        ) as open_time_milliseconds

    from ticket_statuses
    group by ticket_id

),

timed as (

    select
        tickets.*,
        statuses.status as status_before_as_of,
        statuses.status in ('solved', 'closed') as is_solved,
        coalesce(replies.count_replies, 0) as count_replies,
        replies.first_reply_message_id,
        replies.first_replied_at,
        replies.first_reply_agent_number,
        replies.first_customer_message_id,
        coalesce(replies.is_clock_skewed, false) as is_clock_skewed,
        statuses.first_solved_at,
        case
            when statuses.status in ('solved', 'closed') then statuses.last_solved_at
        end as last_solved_at,
        case when statuses.status = 'closed' then statuses.closed_at end as closed_at,
        case when statuses.is_logged then statuses.count_reopens end as count_reopens,
        case when statuses.is_logged then statuses.last_reopened_at end
            as last_reopened_at,
        case
            when statuses.is_logged and statuses.status in ('solved', 'closed')
                then statuses.open_time_milliseconds
        end as open_time_milliseconds

    from tickets
    inner join statuses
        on tickets.ticket_id = statuses.ticket_id
    left join replies
        on tickets.ticket_id = replies.ticket_id
    where statuses.status <> 'deleted'

),

final as (

    select
        timed.ticket_id,
        timed.source_id,
        timed.identity_key,
        timed.channel,
        timed.queue,
        timed.agent_number,
        timed.reason,
        timed.product_name,
        timed.priority,
        timed.status_before_as_of as status,
        timed.is_solved,
        coalesce(timed.is_complaint, false) as is_complaint,
        coalesce(timed.is_spam, false) as is_spam,
        timed.merged_into_ticket_id,
        timed.created_at,
        timed.created_local_date,
        {{ to_utc('cast(run.as_of as timestamp)', 'run.time_zone') }} as aged_until,
        {{ dbt.datediff(
            'timed.created_at',
            to_utc('cast(run.as_of as timestamp)', 'run.time_zone'),
            'millisecond'
        ) }} as age_calendar_milliseconds,
        timed.first_due_at,
        timed.solve_due_at,
        timed.count_replies,
        timed.first_reply_message_id,
        timed.first_replied_at,
        cast({{ to_local('timed.first_replied_at', 'run.time_zone') }} as date)
            as first_replied_local_date,
        timed.first_reply_agent_number,
        timed.first_customer_message_id,
        timed.is_clock_skewed,
        timed.first_solved_at,
        cast({{ to_local('timed.first_solved_at', 'run.time_zone') }} as date)
            as first_solved_local_date,
        timed.last_solved_at,
        cast({{ to_local('timed.last_solved_at', 'run.time_zone') }} as date)
            as last_solved_local_date,
        timed.closed_at,
        timed.count_reopens,
        timed.last_reopened_at,
        {{ dbt.datediff(
            'timed.created_at', 'timed.first_replied_at', 'millisecond'
        ) }} as first_response_calendar_milliseconds,
        {{ dbt.datediff(
            'timed.created_at', 'timed.first_solved_at', 'millisecond'
        ) }} as first_resolution_calendar_milliseconds,
        {{ dbt.datediff(
            'timed.created_at', 'timed.last_solved_at', 'millisecond'
        ) }} as full_resolution_calendar_milliseconds,
        timed.open_time_milliseconds

    from timed
    cross join run

)

select * from final
