-- Grain: one row per landed version of a question.
with

source as (

    select * from {{ source('raw', 'limesurvey__survey_questions') }}

),

renamed as (

    select
        _source_id || ':' || source_id as question_id,
        _source_id || ':' || survey_number as survey_id,
        _source_id as source_id,
        survey_number,
        question_number,
        survey_name,
        question_text,
        metric,
        horizon,
        touchpoint,
        scale_minimum,
        scale_maximum,
        question_version,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
