{{ grows_by_person() }}
-- Grain: one row per contact that a person of the company handled, in any channel.
with

{{ affected_persons() }},

fct_interactions as (

    select * from {{ ref('fct_interactions') }}
    where
        touch_kind in ('call', 'ticket', 'touch')
        and coalesce(direction, 'inbound') = 'inbound'
        and not is_internal
        and {{ is_of_affected_person() }}

),

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

channels as (

    select * from {{ ref('channels') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

parameters as (

    select cast(max(kpis.threshold_milliseconds) / 1000 as bigint) as window_seconds

    from kpis

    where kpis.kpi_id = 'K-FCR'

),

-- Of all persons, not of the affected ones alone.
logs as (

    select count(*) > 0 as has_calls

    from {{ ref('fct_interactions') }}

    where
        touch_kind = 'call'
        and coalesce(direction, 'inbound') = 'inbound'
        and not is_internal

),

handled as (

    select
        interactions.interaction_id,
        interactions.touch_kind,
        interactions.channel,
        interactions.reason,
        interactions.started_at,
        interactions.started_local_date,
        coalesce(calls.first_queue_id, interactions.queue_id) as queue_id,
        coalesce(tickets.first_reply_agent_id, interactions.agent_id) as agent_id,
        interactions.customer_id,
        interactions.is_anonymous,
        coalesce(interactions.segment, 'unknown') as segment,
        coalesce(interactions.market, 'unknown') as market

    from fct_interactions as interactions

    left join fct_calls as calls
        on interactions.touch_kind = 'call'
            and interactions.source_record_id = calls.contact_id

    left join fct_tickets as tickets
        on interactions.touch_kind = 'ticket'
            and interactions.source_record_id = tickets.ticket_id

    left join channels
        on interactions.channel = channels.channel

    cross join logs

    where
        case interactions.touch_kind
            when 'call' then interactions.outcome = 'answered'
            when 'ticket'
                then tickets.first_replied_at is not null
                    and not tickets.is_spam
                    and not tickets.is_merged
            else
                interactions.agent_id is not null
                and coalesce(interactions.outcome, 'resolved') <> 'abandoned'
        end
        -- An appointment is the service itself, a note about a call no second contact.
        and (
            interactions.touch_kind = 'call'
            or case coalesce(channels.channel_family, 'other')
                when 'voice' then not logs.has_calls
                when 'in_person' then interactions.touch_kind = 'ticket'
                when 'feedback' then interactions.touch_kind = 'ticket'
                else true
            end
        )

),

neighbors as (

    select
        handled.*,
        lag(handled.started_at) over (
            partition by handled.customer_id, handled.reason
            order by handled.started_at, handled.interaction_id
        ) as previous_of_reason_at,
        lead(handled.started_at) over (
            partition by handled.customer_id, handled.reason
            order by handled.started_at, handled.interaction_id
        ) as next_of_reason_at,
        lag(handled.started_at) over (
            partition by handled.customer_id
            order by handled.started_at, handled.interaction_id
        ) as previous_at,
        lead(handled.started_at) over (
            partition by handled.customer_id
            order by handled.started_at, handled.interaction_id
        ) as next_at

    from handled

),

-- A gap of exactly the window still belongs to the issue.
compared as (

    select
        neighbors.*,
        neighbors.previous_of_reason_at is null
        or neighbors.started_at
        > neighbors.previous_of_reason_at
        + interval 1 second * parameters.window_seconds as starts_chain,
        coalesce(
            neighbors.next_of_reason_at
            <= neighbors.started_at + interval 1 second * parameters.window_seconds,
            false
        ) as has_repeat_of_reason,
        neighbors.previous_at is null
        or neighbors.started_at
        > neighbors.previous_at
        + interval 1 second * parameters.window_seconds
            as is_first_of_any_reason,
        coalesce(
            neighbors.next_at
            <= neighbors.started_at + interval 1 second * parameters.window_seconds,
            false
        ) as has_repeat_of_any_reason

    from neighbors

    cross join parameters

),

chained as (

    select
        *,
        max(case when starts_chain then started_at end) over (
            partition by customer_id, reason
            order by started_at, interaction_id
            rows between unbounded preceding and current row
        ) as issue_started_at

    from compared

),

-- What a contact is about is needed to say what it repeats.
final as (

    select
        interaction_id,
        touch_kind,
        channel,
        reason,
        started_at,
        started_local_date as contact_local_date,
        cast(date_trunc('month', started_local_date) as date) as month_start_date,
        queue_id,
        agent_id,
        customer_id,
        is_anonymous,
        segment,
        market,
        case
            when reason is not null
                then md5(concat_ws(
                        '|', customer_id, reason, cast(issue_started_at as varchar)
                    ))
        end as issue_id,
        starts_chain and reason is not null as is_first_of_issue,
        case when reason is not null then has_repeat_of_reason end
            as has_repeat_of_reason,
        is_first_of_any_reason,
        has_repeat_of_any_reason

    from chained

)

select * from final
