-- Grain: one row per customer who may be made an offer as of the run.
with

dim_customers as (

    select * from {{ ref('dim_customers') }}
    where is_current and not is_internal

),

fct_consents as (

    select * from {{ ref('fct_consents') }}

),

met_communication_days as (

    select * from {{ ref('met_communication_days') }}

),

fct_actions as (

    select * from {{ ref('fct_actions') }}

),

met_action_cases as (

    select * from {{ ref('met_action_cases') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

decisions as (

    select
        customer_id,
        channel,
        is_allowed,
        valid_from as decided_at

    from fct_consents

    where is_current and purpose in ('any', 'marketing')

    union all

    select
        customer_id,
        channel,
        false as is_allowed,
        last_unsubscribed_at as decided_at

    from met_communication_days

    where last_unsubscribed_at is not null and purpose in ('any', 'marketing')

),

decided_channels as (

    select
        customer_id,
        channel

    from decisions

    group by customer_id, channel

),

-- The last decision stands; of one instant, the refusal.
consents as (

    select
        decided_channels.customer_id,
        decided_channels.channel,
        decisions.is_allowed

    from decided_channels

    inner join decisions
        on decided_channels.customer_id = decisions.customer_id
            and decisions.channel in (decided_channels.channel, 'any')

    qualify row_number() over (
            partition by decided_channels.customer_id, decided_channels.channel
            order by decisions.decided_at desc, decisions.is_allowed asc
        ) = 1

),

-- Offers need a yes, if only by one channel.
willing as (

    select customer_id

    from consents

    group by customer_id

    having bool_or(is_allowed)

),

cases as (

    select
        customer_id,
        status,
        contacted_at

    from fct_actions

    where not is_internal

    union all

    -- What comes back of a case that a rule made need not say whose it is.
    select
        customer_id,
        status,
        contacted_at

    from met_action_cases

),

-- Who waits for us, or has just heard from us about a case, is made no offer.
busy as (

    select cases.customer_id

    from cases

    cross join dim_run

    where
        cases.status in ('open', 'contacted', 'suggested')
        or cases.contacted_at >= {{ to_utc(
            dbt.dateadd(
                'day', '-' ~ var('offer_rest_days'), 'cast(dim_run.as_of as timestamp)'
            ),
            'dim_run.time_zone'
        ) }}

    union distinct

    select customer_id

    from fct_tickets

    where
        is_complaint
        and not (is_solved or is_spam or is_merged or is_internal)

),

final as (

    select
        dim_customers.customer_id,
        case
            when coalesce(by_channel.is_allowed, by_any.is_allowed)
                then dim_customers.preferred_channel
        end as preferred_channel

    from dim_customers

    inner join willing
        on dim_customers.customer_id = willing.customer_id

    left join busy
        on dim_customers.customer_id = busy.customer_id

    left join consents as by_channel
        on dim_customers.customer_id = by_channel.customer_id
            and dim_customers.preferred_channel = by_channel.channel

    left join consents as by_any
        on dim_customers.customer_id = by_any.customer_id
            and by_any.channel = 'any'

    where
        busy.customer_id is null
        and not coalesce(dim_customers.is_opted_out, false)

)

select * from final
