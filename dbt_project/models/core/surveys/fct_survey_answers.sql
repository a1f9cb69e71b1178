-- Grain: one row per answer to one question of a response.
with

answers as (

    select * from {{ ref('int_surveys__answers_judged') }}
    where not is_deleted

),

final as (

    select
        answer_id,
        response_id,
        invitation_id,
        survey_id,
        question_id,
        metric,
        question_version,
        scale_minimum,
        scale_maximum,
        horizon,
        touchpoint,
        identity_key,
        customer_id,
        is_known_customer,
        segment,
        market,
        agent_id,
        queue_id,
        channel,
        language,
        invited_at,
        answered_at,
        answered_local_date,
        numeric_value,
        choice_code,
        answer_text,
        exclusion_reason,
        change_seq

    from answers

)

select * from final
