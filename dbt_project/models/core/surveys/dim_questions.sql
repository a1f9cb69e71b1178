-- Grain: one row per question of a survey, as it stands.
with

questions as (

    select * from {{ ref('int_surveys__questions_latest') }}
    where not is_deleted

),

final as (

    select
        question_id,
        survey_id,
        question_number,
        metric,
        scale_minimum,
        scale_maximum,
        question_version,
        question_text

    from questions

)

select * from final
