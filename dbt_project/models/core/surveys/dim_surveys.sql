-- Grain: one row per survey, as its questions describe it.
with

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
        questions.survey_id,
        questions.survey_number,
        questions.survey_name,
        questions.horizon,
        questions.touchpoint,
        surveys_of_others.survey_id is null as is_of_customers

    from questions
    left join surveys_of_others
        on questions.survey_id = surveys_of_others.survey_id
    -- Questions of one survey agree; where they do not, the first code speaks.
    qualify row_number() over (
            partition by questions.survey_id order by questions.question_number
        ) = 1

)

select * from final
