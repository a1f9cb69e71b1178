{{ config(
    materialized='incremental',
    unique_key='answer_id',
    post_hook=[
        "{{ set_mark('limesurvey__survey_answers') }}",
        "{{ set_mark('qualtrics__survey_answers') }}",
        "{{ set_mark('mapped__survey_answers') }}",
    ],
) }}
-- Grain: one row per answer to one question of a response, its latest version.
with

limesurvey_answers as (

    select * from {{ ref('stg_limesurvey__survey_answers') }}
    where _load_seq > {{ mark('limesurvey__survey_answers') }}

),

qualtrics_answers as (

    select * from {{ ref('stg_qualtrics__survey_answers') }}
    where _load_seq > {{ mark('qualtrics__survey_answers') }}

),

mapped_answers as (

    select * from {{ ref('stg_mapped__survey_answers') }}
    where _load_seq > {{ mark('mapped__survey_answers') }}

),

answers as (

    select * from limesurvey_answers
    union all
    select * from qualtrics_answers
    union all
    select * from mapped_answers

),

new_rows as (

    select
        answer_id,
        survey_id,
        response_id,
        question_id,
        source_id,
        choice_code,
        answer_text,
        numeric_value,
        source_version,
        _load_seq,
        _landed_at,
        _op,
        _row_hash

    from answers

),

{{ latest_version('new_rows', 'answer_id') }}

select * from final
