{{ config(
    materialized='incremental',
    unique_key='invitation_id',
    post_hook=[
        "{{ set_mark_from(ref('int_surveys__invitations_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_surveys__responses_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_surveys__questions_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_identity__keys_watched'), 'change_seq') }}",
        "{{ set_mark_from(ref('stg_meta__run'), 'as_of_day') }}",
    ],
) }}
-- Grain: one row per invitation to a survey, with its person as of its time and what
-- became of it.
with

run as (

    select * from {{ ref('stg_meta__run') }}

),

responses as (

    select * from {{ ref('int_surveys__responses_latest') }}
    where not is_deleted and invitation_id is not null

),

surveys as (

    select * from {{ ref('int_surveys__surveys_described') }}

),

identities as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

persons as (

    select * from {{ ref('int_customers__person_versions') }}

),
{%- if is_incremental() %}

    -- Read once for each question: shared, whole tables would be kept in memory.
    changed_responses as (

        select
            responses.response_id,
            responses.invitation_id

        from {{ ref('int_surveys__responses_latest') }} as responses
        cross join run
        where
            responses.change_seq > {{ mark('int_surveys__responses_latest') }}
            or {{ is_day_since_mark('responses.submitted_local_date') }}

    ),

    -- One question describes the whole survey, with whose key its own begins.
    changed_surveys as (

        select split_part(question_id, '|', 1) as survey_key
        from {{ ref('int_surveys__questions_latest') }}
        where change_seq > {{ mark('int_surveys__questions_latest') }}

    ),

    changed_persons as (

        select identity_key
        from {{ ref('int_identity__keys_watched') }}
        where change_seq > {{ mark('int_identity__keys_watched') }}

    ),

    news as (

        select invitation_id
        from {{ ref('int_surveys__invitations_latest') }}
        where change_seq > {{ mark('int_surveys__invitations_latest') }}
        union
        select invitation_id from changed_responses
        union
        -- A response that is no more, or answers another one, leaves the one it had.
        select invitation_id from {{ this }}
        where
            first_response_id in (
                select changed_responses.response_id from changed_responses
            )
        union
        select invitation_id from {{ this }}
        where
            completing_response_id in (
                select changed_responses.response_id from changed_responses
            )
        union
        select invitation_id from {{ this }}
        where
            split_part(invitation_id, '|', 1) in (
                select changed_surveys.survey_key from changed_surveys
            )
        union
        select invitation_id from {{ this }}
        where identity_key in (select changed_persons.identity_key from changed_persons)
        union
        -- Until it is sent, its person is the one of the day.
        select invitation_id from {{ this }}
        where sent_at is null

    ),
{%- endif %}

invitations as (

    select * from {{ ref('int_surveys__invitations_latest') }}
    {%- if is_incremental() %}
        where invitation_id in (select news.invitation_id from news)
    {%- endif %}

),

visits as (

    select
        responses.invitation_id,
        responses.response_id,
        coalesce(responses.started_at, responses.submitted_at) as started_at,
        case when responses.is_complete then responses.submitted_at end as completed_at

    from responses
    inner join run
        on {{ is_before_as_of('responses.submitted_local_date') }}
    {%- if is_incremental() %}
        where responses.invitation_id in (select news.invitation_id from news)
    {%- endif %}

),

answered as (

    select
        invitation_id,
        min(started_at) as started_at,
        min(completed_at) as completed_at,
        min_by(response_id, started_at) as first_response_id,
        min_by(response_id, completed_at) as completing_response_id

    from visits
    group by invitation_id

),

final as (

    select
        invitations.invitation_id,
        invitations.survey_id,
        surveys.horizon,
        surveys.touchpoint,
        invitations.identity_key,
        identities.customer_id,
        persons.segment,
        persons.market,
        invitations.channel,
        invitations.delivery_status,
        invitations.sent_at,
        invitations.sent_local_date,
        coalesce(answered.started_at, invitations.completed_at) as started_at,
        coalesce(answered.completed_at, invitations.completed_at) as completed_at,
        answered.first_response_id,
        answered.completing_response_id,
        coalesce(persons.is_internal, false) as is_internal,
        invitations.is_deleted,
        run.change_seq

    from invitations
    cross join run
    left join surveys
        on invitations.survey_id = surveys.survey_id
    left join answered
        on invitations.invitation_id = answered.invitation_id
    {{ join_person_at(
        'invitations',
        'coalesce(invitations.sent_at, cast(run.as_of as timestamp))',
        'persons'
    ) }}

)

select * from final
