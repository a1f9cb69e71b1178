{{ config(materialized='view') }}
-- Grain: one row per answer to one question of a response, counted or not.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

dim_surveys as (

    select * from {{ ref('dim_surveys') }}

),

dim_questions as (

    select * from {{ ref('dim_questions') }}

),

met_survey_contexts as (

    select * from {{ ref('met_survey_contexts') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

scored_metrics as (

    select
        metric,
        horizon,
        scale_minimum,
        scale_maximum

    from kpis

    where family = 'survey_score'

    group by metric, horizon, scale_minimum, scale_maximum

),

final as (

    select
        answers.answer_id,
        answers.response_id,
        answers.invitation_id,
        answers.survey_id,
        dim_surveys.survey_name,
        answers.question_id,
        dim_questions.question_text,
        answers.question_version,
        answers.metric,
        answers.horizon,
        coalesce(answers.touchpoint, 'unknown') as touchpoint,
        answers.customer_id,
        answers.is_known_customer,
        coalesce(answers.segment, 'unknown') as segment,
        coalesce(answers.market, 'unknown') as market,
        answers.agent_id,
        answers.queue_id,
        coalesce(answers.channel, 'unknown') as channel,
        -- Survey tools spell the code in either case.
        lower(answers.language) as language,
        answers.scale_minimum,
        answers.scale_maximum,
        answers.numeric_value,
        answers.choice_code,
        answers.answer_text,
        case
            when scored_metrics.metric is null or answers.numeric_value is null
                then null
            when answers.metric = 'nps'
                then case
                        when answers.numeric_value >= 9 then 'promoter'
                        when answers.numeric_value >= 7 then 'passive'
                        else 'detractor'
                    end
            when answers.metric = 'csat' and answers.scale_maximum = 1
                then case
                        when answers.numeric_value = 1 then 'satisfied'
                        else 'dissatisfied'
                    end
            when answers.metric = 'csat'
                then case
                        when answers.numeric_value >= 4 then 'satisfied'
                        when answers.numeric_value >= 3 then 'neutral'
                        else 'dissatisfied'
                    end
            when answers.metric = 'ces'
                then case
                        when answers.numeric_value >= 5 then 'easy'
                        when answers.numeric_value >= 4 then 'neutral'
                        else 'hard'
                    end
        end as score_class,
        answers.exclusion_reason is null
        and answers.answered_local_date is not null
        and (
            answers.metric not in ('nps', 'csat', 'ces')
            or (scored_metrics.metric is not null and answers.numeric_value is not null)
        ) as is_counted,
        answers.exclusion_reason,
        answers.invited_at,
        answers.answered_at,
        answers.answered_local_date,
        contexts.themes,
        contexts.wait_milliseconds,
        contexts.is_resolved,
        contexts.is_straight_lined,
        contexts.treatment_class,
        contexts.tenure_days

    from fct_survey_answers as answers

    left join scored_metrics
        on answers.metric = scored_metrics.metric
            and answers.horizon = scored_metrics.horizon
            and answers.scale_minimum = scored_metrics.scale_minimum
            and answers.scale_maximum = scored_metrics.scale_maximum

    left join dim_surveys
        on answers.survey_id = dim_surveys.survey_id

    left join dim_questions
        on answers.question_id = dim_questions.question_id

    left join met_survey_contexts as contexts
        on answers.response_id = contexts.response_id

    -- Answers of staff and stakeholders are shown in cells only.
    where coalesce(dim_surveys.is_of_customers, true)

)

select * from final
