{{ config(materialized='view') }}
-- Grain: one row per contact of which its customer said whether it solved the matter.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}
    where
        metric = 'resolved'
        and exclusion_reason is null
        and numeric_value is not null

),

fct_survey_responses as (

    select * from {{ ref('fct_survey_responses') }}
    where interaction_id is not null

),

-- The last word; of one instant the greater key.
final as (

    select
        responses.interaction_id,
        answers.answer_id,
        answers.numeric_value = answers.scale_maximum as is_resolved

    from fct_survey_answers as answers

    inner join fct_survey_responses as responses
        on answers.response_id = responses.response_id

    qualify row_number() over (
            partition by responses.interaction_id
            order by answers.answered_at desc, answers.answer_id desc
        ) = 1

)

select * from final
