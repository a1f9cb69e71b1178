{{ config(
    materialized='incremental',
    unique_key='response_id',
    post_hook=[
        "{{ set_mark('limesurvey__survey_responses') }}",
        "{{ set_mark('qualtrics__survey_responses') }}",
        "{{ set_mark('mapped__survey_responses') }}",
    ],
) }}
-- Grain: one row per response, its latest version.
with

limesurvey_responses as (

    select * from {{ ref('stg_limesurvey__survey_responses') }}
    where _load_seq > {{ mark('limesurvey__survey_responses') }}

),

qualtrics_responses as (

    select * from {{ ref('stg_qualtrics__survey_responses') }}
    where _load_seq > {{ mark('qualtrics__survey_responses') }}

),

mapped_responses as (

    select * from {{ ref('stg_mapped__survey_responses') }}
    where _load_seq > {{ mark('mapped__survey_responses') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

responses as (

    select * from limesurvey_responses
    union all
    select * from qualtrics_responses
    union all
    select * from mapped_responses

),

new_rows as (

    select
        responses.response_id,
        responses.survey_id,
        responses.invitation_id,
        responses.source_id,
        responses.customer_key,
        responses.email_key,
        responses.email_is_shared,
        responses.phone_key,
        responses.interaction_number,
        responses.agent_number,
        responses.queue_name,
        responses.channel,
        {{ language_tag('responses.language') }} as language,
        coalesce(responses.is_complete, false) as is_complete,
        coalesce(responses.is_test, false) as is_test,
        responses.started_at,
        responses.submitted_at,
        cast(
            {{ to_local(
                'coalesce(responses.submitted_at, responses.started_at)',
                'run.time_zone'
            ) }} as date
        ) as submitted_local_date,
        responses.source_version,
        responses._load_seq,
        responses._landed_at,
        responses._op,
        responses._row_hash

    from responses
    cross join run

),

{{ latest_version('new_rows', 'response_id') }}

select * from final
