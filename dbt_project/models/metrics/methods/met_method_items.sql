-- Grain: one row per counted answer and method to which its question belongs.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}
    where exclusion_reason is null and answered_local_date is not null

),

dim_questions as (

    select * from {{ ref('dim_questions') }}

),

dim_surveys as (

    select * from {{ ref('dim_surveys') }}

),

survey_items as (

    select * from {{ ref('survey_items') }}

),

-- What stands in the brackets of a question's code is what it asks about.
questions as (

    select
        dim_questions.question_id,
        survey_items.method,
        survey_items.role,
        survey_items.position,
        nullif(
            split_part(split_part(dim_questions.question_number, '[', 2), ']', 1), ''
        ) as subject

    from dim_questions

    inner join dim_surveys
        on dim_questions.survey_id = dim_surveys.survey_id

    inner join survey_items
        on dim_surveys.survey_number like survey_items.survey_pattern
            and dim_questions.question_number like survey_items.question_pattern
            and dim_questions.metric = survey_items.metric
            and coalesce(dim_surveys.horizon, '') like survey_items.horizon
            -- Another scale is another item.
            and coalesce(
                dim_questions.scale_minimum = survey_items.scale_minimum,
                survey_items.scale_minimum is null
            )
            and coalesce(
                dim_questions.scale_maximum = survey_items.scale_maximum,
                survey_items.scale_maximum is null
            )

),

final as (

    select
        answers.answer_id,
        answers.response_id,
        answers.survey_id,
        answers.question_id,
        answers.answered_local_date,
        questions.method,
        questions.role,
        questions.position,
        questions.subject,
        coalesce(answers.touchpoint, 'unknown') as touchpoint,
        coalesce(answers.segment, 'unknown') as segment,
        coalesce(answers.market, 'unknown') as market,
        answers.numeric_value,
        answers.scale_minimum,
        answers.scale_maximum,
        answers.choice_code,
        -- Thousandths of the 0 to 100 onto which every scale is brought.
        cast(round(
            100000 * (answers.numeric_value - answers.scale_minimum)
            / nullif(answers.scale_maximum - answers.scale_minimum, 0)
        ) as bigint) as rescaled_thousandths

    from fct_survey_answers as answers

    inner join questions
        on answers.question_id = questions.question_id

)

select * from final
