-- Grain: one row per customer, channel and purpose that was decided on or violated.
with

fct_consents as (

    select * from {{ ref('fct_consents') }}

),

met_communication_days as (

    select * from {{ ref('met_communication_days') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}
    where is_current

),

messages as (

    select
        customer_id,
        channel,
        purpose,
        max(last_unsubscribed_at) as last_unsubscribed_at,
        cast(sum(count_sent) as bigint) as count_sent,
        cast(sum(count_after_opt_out) as bigint) as count_after_opt_out,
        max(sent_local_date) filter (where count_after_opt_out > 0)
            as last_sent_after_opt_out_on

    from met_communication_days

    group by customer_id, channel, purpose

),

decisions as (

    select
        customer_id,
        channel,
        purpose,
        status as consent_status,
        is_allowed,
        valid_from as decided_at

    from fct_consents

    where is_current

    union all

    select
        customer_id,
        channel,
        purpose,
        'unsubscribed' as consent_status,
        false as is_allowed,
        last_unsubscribed_at as decided_at

    from messages

    where last_unsubscribed_at is not null

),

states as (

    select
        customer_id,
        channel,
        purpose

    from decisions

    union distinct

    select
        customer_id,
        channel,
        purpose

    from messages

    where count_after_opt_out > 0

),

-- The last decision about a kind of message stands; of one instant, the refusal.
standing as (

    select
        states.customer_id,
        states.channel,
        states.purpose,
        decisions.consent_status,
        decisions.is_allowed,
        decisions.decided_at

    from states

    left join decisions
        on states.customer_id = decisions.customer_id
            and decisions.channel in (states.channel, 'any')
            and decisions.purpose in (states.purpose, 'any')

    qualify row_number() over (
            partition by states.customer_id, states.channel, states.purpose
            order by
                decisions.decided_at desc nulls last,
                decisions.is_allowed asc nulls last,
                decisions.consent_status asc nulls last
        ) = 1

),

final as (

    select
        standing.customer_id,
        standing.channel,
        standing.purpose,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment,
        standing.consent_status,
        standing.is_allowed,
        standing.decided_at,
        coalesce(messages.count_sent, 0) as count_sent,
        coalesce(messages.count_after_opt_out, 0) as count_after_opt_out,
        messages.last_sent_after_opt_out_on

    from standing

    left join messages
        on standing.customer_id = messages.customer_id
            and standing.channel = messages.channel
            and standing.purpose = messages.purpose

    left join dim_customers
        on standing.customer_id = dim_customers.customer_id

    where not coalesce(dim_customers.is_internal, false)

)

select * from final
