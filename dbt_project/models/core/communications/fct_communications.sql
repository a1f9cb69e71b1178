{{ config(materialized='table') }}
{% set moments = [
    'delivered',
    'bounced_hard',
    'bounced_soft',
    'blocked',
    'opened',
    'machine_opened',
    'clicked',
    'replied',
    'unsubscribed',
    'complained',
] -%}
-- Grain: one row per message that the company sent to one person.
with

communications as (

    select * from {{ ref('int_communications__communications_latest') }}
    where not is_deleted

),

outcomes as (

    select * from {{ ref('int_communications__outcomes_aggregated') }}

),

consents as (

    select * from {{ ref('fct_consents') }}

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

sent as (

    select
        communications.*,
        identities.customer_id

    from communications
    inner join run
        on {{ is_before_as_of('communications.sent_local_date') }}
    left join identities
        on communications.identity_key = identities.identity_key

),

outcomes_before_as_of as (

    select
        {% for moment in moments -%}
            {% set happened_at = 'outcomes.first_' ~ moment ~ '_at' -%}
            case
                when
                    outcomes.last_occurred_local_date < run.as_of
                    or cast({{ to_local(happened_at, 'run.time_zone') }} as date)
                    < run.as_of
                    then {{ happened_at }}
            end as first_{{ moment }}_at,
        {% endfor -%}
        outcomes.communication_id

    from outcomes
    cross join run

),

-- What a person has decided: consents, and unsubscribing from a message of a kind.
decisions as (

    select
        customer_id,
        channel,
        purpose,
        is_allowed,
        valid_from,
        valid_to

    from consents
    union all
    select
        sent.customer_id,
        sent.channel,
        sent.purpose,
        false as is_allowed,
        outcomes_before_as_of.first_unsubscribed_at as valid_from,
        cast('9999-12-31' as timestamp) as valid_to

    from sent
    inner join outcomes_before_as_of
        on sent.communication_id = outcomes_before_as_of.communication_id
    where
        outcomes_before_as_of.first_unsubscribed_at is not null
        and sent.customer_id is not null

),

-- The decision last taken about a kind of message stands; of one instant, the refusal.
standing_decisions as (

    select
        sent.communication_id,
        decisions.is_allowed

    from sent
    inner join decisions
        on sent.customer_id = decisions.customer_id
            and decisions.channel in (sent.channel, 'any')
            and decisions.purpose in (sent.purpose, 'any')
            and sent.sent_at >= decisions.valid_from
            and sent.sent_at < decisions.valid_to
    qualify row_number() over (
            partition by sent.communication_id
            order by decisions.valid_from desc, decisions.is_allowed asc
        ) = 1

),

final as (

    select
        sent.communication_id,
        sent.source_id,
        sent.identity_key,
        sent.customer_id,
        customers.segment,
        customers.market,
        customers.preferred_channel,
        sent.channel,
        sent.purpose,
        sent.template,
        sent.template_version,
        sent.campaign,
        sent.about_id,
        sent.sent_at,
        sent.sent_local_date,
        coalesce(sent.is_personalized, false) as is_personalized,
        sent.count_merge_failures,
        outcomes_before_as_of.first_delivered_at,
        outcomes_before_as_of.first_bounced_hard_at,
        outcomes_before_as_of.first_bounced_soft_at,
        outcomes_before_as_of.first_blocked_at,
        outcomes_before_as_of.first_opened_at,
        outcomes_before_as_of.first_machine_opened_at,
        outcomes_before_as_of.first_clicked_at,
        outcomes_before_as_of.first_replied_at,
        outcomes_before_as_of.first_unsubscribed_at,
        outcomes_before_as_of.first_complained_at,
        -- What is opened or answered has arrived, whatever receipt is missing.
        case
            when
                coalesce(
                    outcomes_before_as_of.first_delivered_at,
                    outcomes_before_as_of.first_opened_at,
                    outcomes_before_as_of.first_clicked_at,
                    outcomes_before_as_of.first_replied_at,
                    outcomes_before_as_of.first_unsubscribed_at,
                    outcomes_before_as_of.first_complained_at
                ) is not null
                and outcomes_before_as_of.first_bounced_hard_at is null
                then true
            when
                coalesce(
                    outcomes_before_as_of.first_bounced_hard_at,
                    outcomes_before_as_of.first_bounced_soft_at,
                    outcomes_before_as_of.first_blocked_at
                ) is not null
                then false
        end as is_delivered,
        coalesce(not standing_decisions.is_allowed, false) as is_after_opt_out,
        sent.archive_number,
        case
            when sent.body_hash is not null
                then coalesce(sent.body_hash = sent.archived_body_hash, false)
        end as is_retrievable,
        coalesce(sent.is_test, false) as is_test,
        coalesce(customers.is_internal, false) as is_internal

    from sent
    left join outcomes_before_as_of
        on sent.communication_id = outcomes_before_as_of.communication_id
    left join standing_decisions
        on sent.communication_id = standing_decisions.communication_id
    left join customers
        on sent.customer_id = customers.customer_id
            and sent.sent_at >= customers.valid_from
            and sent.sent_at < customers.valid_to

)

select * from final
