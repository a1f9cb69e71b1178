{{ config(materialized='view') }}
-- Grain: one row per survey, as its questions describe it.
with

questions as (

    select * from {{ ref('int_surveys__questions_latest') }}
    where not is_deleted

),

final as (

    select
        survey_id,
        survey_number,
        survey_name,
        horizon,
        touchpoint

    from questions
    -- Questions of one survey agree; where they do not, the first code speaks.
    qualify row_number() over (
            partition by survey_id order by question_number
        ) = 1

)

select * from final
