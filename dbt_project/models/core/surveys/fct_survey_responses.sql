-- Grain: one row per response, one visit of a person to a survey.
with

responses as (

    select * from {{ ref('int_surveys__responses_attributed') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

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
        responses.interaction_id,
        responses.agent_id,
        responses.queue_id,
        responses.started_at,
        responses.submitted_at,
        responses.submitted_local_date,
        responses.is_complete,
        responses.is_test,
        responses.is_internal,
        responses.change_seq

    from responses
    inner join run
        on {{ is_before_as_of('responses.submitted_local_date') }}

)

select * from final
