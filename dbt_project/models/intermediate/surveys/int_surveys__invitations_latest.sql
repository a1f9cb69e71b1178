{{ config(
    materialized='incremental',
    unique_key='invitation_id',
    post_hook=[
        "{{ set_mark('limesurvey__survey_invitations') }}",
        "{{ set_mark('qualtrics__survey_invitations') }}",
        "{{ set_mark('mapped__survey_invitations') }}",
    ],
) }}
-- Grain: one row per invitation to a survey, its latest version.
with

limesurvey_invitations as (

    select * from {{ ref('stg_limesurvey__survey_invitations') }}
    where _load_seq > {{ mark('limesurvey__survey_invitations') }}

),

qualtrics_invitations as (

    select * from {{ ref('stg_qualtrics__survey_invitations') }}
    where _load_seq > {{ mark('qualtrics__survey_invitations') }}

),

mapped_invitations as (

    select * from {{ ref('stg_mapped__survey_invitations') }}
    where _load_seq > {{ mark('mapped__survey_invitations') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

invitations as (

    select * from limesurvey_invitations
    union all
    select * from qualtrics_invitations
    union all
    select * from mapped_invitations

),

new_rows as (

    select
        invitations.invitation_id,
        invitations.survey_id,
        invitations.source_id,
        coalesce(
            invitations.customer_key,
            case when not invitations.email_is_shared then invitations.email_key end,
            invitations.phone_key,
            'invitation:' || invitations.invitation_id
        ) as identity_key,
        invitations.email_key,
        invitations.email_is_shared,
        invitations.phone_key,
        invitations.interaction_number,
        invitations.channel,
        {{ language_tag('invitations.language') }} as language,
        invitations.delivery_status,
        invitations.sent_at,
        invitations.completed_at,
        cast({{ to_local('invitations.sent_at', 'run.time_zone') }} as date)
            as sent_local_date,
        invitations.source_version,
        invitations._load_seq,
        invitations._landed_at,
        invitations._op,
        invitations._row_hash

    from invitations
    cross join run

),

{{ latest_version('new_rows', 'invitation_id') }}

select * from final
