-- Grain: one row per response, one visit of a person to a survey.
with

responses as (

    select * from {{ ref('int_surveys__responses_attributed') }}
    where not is_deleted

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
        responses.customer_id,
        responses.segment,
        responses.market,
        responses.channel,
        responses.language,
        asked_calls.interaction_id,
        coalesce(agents.party_id, asked_calls.agent_id) as agent_id,
        coalesce(queues.party_id, asked_calls.queue_id) as queue_id,
        responses.agent_id,
        responses.queue_id,
        responses.started_at,
        responses.submitted_at,
        responses.submitted_local_date,
        responses.is_complete,
        responses.is_test,
        responses.is_internal

    from responses
    inner join run
        on responses.submitted_local_date < run.as_of

)

select * from final
