-- Grain: one row per survey, as its questions describe it.
with

surveys as (

    select * from {{ ref('int_surveys__surveys_described') }}

),

questions as (

    select * from {{ ref('int_surveys__questions_latest') }}
    where not is_deleted

),

survey_items as (

    select * from {{ ref('survey_items') }}

),

-- Staff, and stakeholders who say which group is theirs.
surveys_of_others as (

    select questions.survey_id

    from questions
    inner join survey_items
        on questions.survey_number like survey_items.survey_pattern
            and questions.question_number like survey_items.question_pattern
            and questions.metric = survey_items.metric

    where survey_items.method like 'employee%' or survey_items.role = 'stakeholder'

    group by questions.survey_id

),

final as (

    select
        surveys.survey_id,
        surveys.survey_number,
        surveys.survey_name,
        surveys.horizon,
        surveys.touchpoint,
        surveys_of_others.survey_id is null as is_of_customers

    from surveys
    left join surveys_of_others
        on surveys.survey_id = surveys_of_others.survey_id

)

select * from final
