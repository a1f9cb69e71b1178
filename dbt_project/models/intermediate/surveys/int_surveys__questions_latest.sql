{{ config(
    materialized='incremental',
    unique_key='question_id',
    post_hook=[
        "{{ set_mark('limesurvey__survey_questions') }}",
        "{{ set_mark('qualtrics__survey_questions') }}",
        "{{ set_mark('mapped__survey_questions') }}",
    ],
) }}
-- Grain: one row per question of a survey, its latest version.
with

limesurvey_questions as (

    select * from {{ ref('stg_limesurvey__survey_questions') }}
    where _load_seq > {{ mark('limesurvey__survey_questions') }}

),

qualtrics_questions as (

    select * from {{ ref('stg_qualtrics__survey_questions') }}
    where _load_seq > {{ mark('qualtrics__survey_questions') }}

),

mapped_questions as (

    select * from {{ ref('stg_mapped__survey_questions') }}
    where _load_seq > {{ mark('mapped__survey_questions') }}

),

questions as (

    select * from limesurvey_questions
    union all
    select * from qualtrics_questions
    union all
    select * from mapped_questions

),

new_rows as (

    select
        question_id,
        survey_id,
        source_id,
        survey_number,
        question_number,
        survey_name,
        question_text,
        metric,
        horizon,
        touchpoint,
        scale_minimum,
        scale_maximum,
        cast(coalesce(question_version, 1) as integer) as question_version,
        source_version,
        _load_seq,
        _landed_at,
        _op,
        _row_hash

    from questions

),

{{ latest_version('new_rows', 'question_id') }}

select * from final
