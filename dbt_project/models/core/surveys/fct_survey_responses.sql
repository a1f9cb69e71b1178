-- Grain: one row per response, one visit of a person to a survey.
with

responses as (

    select * from {{ ref('int_surveys__responses_identified') }}

),

contacts as (

    select * from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

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

asked_calls as (

    select
        responses.response_id,
        'call:' || contacts.contact_id as interaction_id,
        contacts.source_id || ':' || contacts.agent_number as agent_id,
        contacts.source_id || ':' || contacts.last_queue_name as queue_id

    from responses
    inner join contacts
        on responses.about_interaction_number = contacts.call_id
    -- Two call centers may use one number: the first by key is meant.
    qualify row_number() over (
            partition by responses.response_id order by contacts.contact_id
        ) = 1

),

final as (

    select
        responses.response_id,
        responses.survey_id,
        responses.invitation_id,
        responses.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        coalesce(responses.channel, responses.invitation_channel) as channel,
        responses.language,
        asked_calls.interaction_id,
        coalesce(agents.party_id, asked_calls.agent_id) as agent_id,
        coalesce(queues.party_id, asked_calls.queue_id) as queue_id,
        responses.started_at,
        responses.submitted_at,
        responses.submitted_local_date,
        responses.is_complete,
        responses.is_test,
        coalesce(customers.is_internal, false) as is_internal

    from responses
    inner join run
        on responses.submitted_local_date < run.as_of
    left join asked_calls
        on responses.response_id = asked_calls.response_id
    left join parties as agents
        on agents.kind = 'agent'
            and responses.source_id = agents.source_id
            and responses.agent_number = agents.name
    left join parties as queues
        on queues.kind = 'queue'
            and responses.source_id = queues.source_id
            and responses.queue_name = queues.name
    left join identities
        on responses.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id
            and coalesce(responses.submitted_at, responses.started_at)
            >= customers.valid_from
            and coalesce(responses.submitted_at, responses.started_at)
            < customers.valid_to

)

select * from final
