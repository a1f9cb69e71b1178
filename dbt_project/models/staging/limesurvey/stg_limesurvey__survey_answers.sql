-- Grain: one row per landed version of the answer to one question of a response.
with

source as (

    select * from {{ source('raw', 'limesurvey__survey_answers') }}

),

renamed as (

    select
        _source_id || ':' || source_id as answer_id,
        _source_id || ':' || survey_number as survey_id,
        _source_id || ':' || {{ key_part('survey_number') }}
        || '|' || {{ key_part('response_number') }} as response_id,
        _source_id || ':' || {{ key_part('survey_number') }}
        || '|' || {{ key_part('question_number') }} as question_id,
        _source_id as source_id,
        choice_code,
        answer_text,
        numeric_value,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
