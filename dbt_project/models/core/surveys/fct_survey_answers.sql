-- Grain: one row per answer to one question of a response.
with

answers as (

    select * from {{ ref('int_surveys__answers_latest') }}
    where not is_deleted

),

responses as (

    select * from {{ ref('fct_survey_responses') }}

),

invitations as (

    select * from {{ ref('fct_survey_invitations') }}

),

questions as (

    select * from {{ ref('dim_questions') }}

),

surveys as (

    select * from {{ ref('dim_surveys') }}

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

enriched as (

    select
        answers.answer_id,
        answers.response_id,
        responses.invitation_id,
        answers.survey_id,
        answers.question_id,
        questions.metric,
        questions.question_version,
        questions.scale_minimum,
        questions.scale_maximum,
        surveys.horizon,
        surveys.touchpoint,
        -- An answer without its response belongs to nobody yet.
        coalesce(responses.identity_key, 'response:' || answers.response_id)
            as identity_key,
        coalesce(responses.customer_id, md5('response:' || answers.response_id))
            as customer_id,
        coalesce(identities.is_known, false) as is_known_customer,
        responses.segment,
        responses.market,
        responses.agent_id,
        responses.queue_id,
        responses.channel,
        responses.language,
        invitations.sent_at as invited_at,
        invitations.sent_local_date as invited_local_date,
        coalesce(responses.submitted_at, responses.started_at) as answered_at,
        responses.submitted_local_date as answered_local_date,
        answers.numeric_value,
        answers.choice_code,
        answers.answer_text,
        responses.is_test,
        responses.is_internal

    from answers
    left join responses
        on answers.response_id = responses.response_id
    left join invitations
        on responses.invitation_id = invitations.invitation_id
    left join questions
        on answers.question_id = questions.question_id
    left join surveys
        on answers.survey_id = surveys.survey_id
    left join identities
        on responses.identity_key = identities.identity_key

),

judged as (

    select
        *,
        case
            when answered_at is null then 'not_yet'
            when is_test then 'test'
            when is_internal then 'internal'
            when
                numeric_value is null
                and (
                    metric in ('nps', 'csat', 'ces')
                    or coalesce(choice_code, answer_text, '') = ''
                )
                then 'no_answer'
            when
                numeric_value < scale_minimum
                or numeric_value > scale_maximum
                then 'out_of_scale'
            when
                answered_at
                > invited_at + interval '{{ var("answer_window_days") }} days'
                then 'late'
        end as own_exclusion_reason,
        coalesce(invited_local_date, answered_local_date) as asked_local_date

    from enriched

),

-- Only what counts may supersede, so that a late correction does not erase an answer.
-- It is decided on few columns: whole answers are too many to sort in memory.
askings as (

    select
        answer_id,
        question_id,
        customer_id,
        coalesce(invitation_id, response_id) as asking_id,
        horizon,
        answered_at,
        asked_local_date

    from judged
    where own_exclusion_reason is null

),

gaps as (

    select
        *,
        {{ dbt.datediff(
            'lag(asked_local_date) over (partition by question_id, customer_id '
            ~ 'order by asked_local_date, answered_at, answer_id)',
            'asked_local_date',
            'day'
        ) }} as days_since_asked

    from askings

),

waves as (

    select
        *,
        count(*) filter (
            where days_since_asked >= {{ var('relationship_wave_days') }}
        ) over (
            partition by question_id, customer_id
            order by asked_local_date, answered_at, answer_id
            rows between unbounded preceding and current row
        ) as wave_number

    from gaps

),

-- A relationship survey hears a person once a wave, any other an invitation once.
superseded as (

    select answer_id

    from waves
    qualify row_number() over (
            partition by
                question_id,
                case
                    when horizon = 'relationship'
                        then concat_ws('|', customer_id, wave_number)
                    else asking_id
                end
            order by answered_at desc, answer_id desc
        ) > 1

),

final as (

    select
        judged.answer_id,
        judged.response_id,
        judged.invitation_id,
        judged.survey_id,
        judged.question_id,
        judged.metric,
        judged.question_version,
        judged.scale_minimum,
        judged.scale_maximum,
        judged.horizon,
        judged.touchpoint,
        judged.identity_key,
        judged.customer_id,
        judged.is_known_customer,
        judged.segment,
        judged.market,
        judged.agent_id,
        judged.queue_id,
        judged.channel,
        judged.language,
        judged.invited_at,
        judged.answered_at,
        judged.answered_local_date,
        judged.numeric_value,
        judged.choice_code,
        judged.answer_text,
        coalesce(
            judged.own_exclusion_reason,
            case when superseded.answer_id is not null then 'superseded' end
        ) as exclusion_reason

    from judged

    left join superseded
        on judged.answer_id = superseded.answer_id

)

select * from final
