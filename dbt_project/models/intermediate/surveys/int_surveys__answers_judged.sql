{{ config(
    materialized='incremental',
    unique_key='answer_id',
    post_hook=[
        "{{ set_mark_from(ref('int_surveys__answers_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_surveys__questions_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_surveys__responses_attributed'), 'change_seq') }}",
        "{{ set_mark_from(ref('stg_meta__run'), 'as_of_day') }}",
    ],
) }}
-- Grain: one row per answer to one question of a response, with why it does not count.
with

run as (

    select * from {{ ref('stg_meta__run') }}

),

responses as (

    select all_responses.*
    from {{ ref('int_surveys__responses_attributed') }} as all_responses
    inner join run
        on {{ is_before_as_of('all_responses.submitted_local_date') }}
    where not all_responses.is_deleted

),

invitations as (

    select all_invitations.*
    from {{ ref('int_surveys__invitations_latest') }} as all_invitations
    inner join run
        on {{ is_before_as_of('all_invitations.sent_local_date') }}
            or all_invitations.sent_local_date is null
    where not all_invitations.is_deleted

),

questions as (

    select * from {{ ref('int_surveys__questions_latest') }}
    where not is_deleted

),

surveys as (

    select * from {{ ref('int_surveys__surveys_described') }}

),

identities as (

    select * from {{ ref('int_identity__keys_resolved') }}

),
{%- if is_incremental() %}

    -- Read once for each question: shared, whole tables would be kept in memory.
    invitations_since_mark as (

        select all_invitations.invitation_id
        from {{ ref('int_surveys__invitations_latest') }} as all_invitations
        cross join run
        where {{ is_day_since_mark('all_invitations.sent_local_date') }}

    ),

    -- A response is written again with its invitation and its person.
    changed_responses as (

        select all_responses.response_id
        from {{ ref('int_surveys__responses_attributed') }} as all_responses
        cross join run
        where
            all_responses.change_seq > {{ mark('int_surveys__responses_attributed') }}
            or {{ is_day_since_mark('all_responses.submitted_local_date') }}
        union
        select response_id
        from {{ ref('int_surveys__responses_attributed') }}
        where
            invitation_id in (
                select invitations_since_mark.invitation_id from invitations_since_mark
            )

    ),

    -- One question describes the whole survey, with whose key its own begins.
    changed_surveys as (

        select split_part(question_id, '|', 1) as survey_key
        from {{ ref('int_surveys__questions_latest') }}
        where change_seq > {{ mark('int_surveys__questions_latest') }}

    ),

    news as (

        select answer_id from {{ ref('int_surveys__answers_latest') }}
        where change_seq > {{ mark('int_surveys__answers_latest') }}
        union
        select answer_id from {{ this }}
        where
            response_id in (
                select changed_responses.response_id from changed_responses
            )
        union
        select answer_id from {{ this }}
        where
            split_part(question_id, '|', 1) in (
                select changed_surveys.survey_key from changed_surveys
            )

    ),
{%- endif %}

answers as (

    select * from {{ ref('int_surveys__answers_latest') }}
    {%- if is_incremental() %}
        where answer_id in (select news.answer_id from news)
    {%- endif %}

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
        coalesce(responses.submitted_at, responses.started_at) as answered_at,
        responses.submitted_local_date as answered_local_date,
        coalesce(invitations.sent_local_date, responses.submitted_local_date)
            as asked_local_date,
        answers.numeric_value,
        answers.choice_code,
        answers.answer_text,
        responses.is_test,
        responses.is_internal,
        answers.is_deleted

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
        -- A relationship survey hears a person once a wave, others an invitation once.
        case
            when horizon = 'relationship' then 'person:' || customer_id
            else 'asking:' || coalesce(invitation_id, response_id)
        end as heard_as

    from enriched

),

-- Only what counts may supersede, so that a late correction does not erase an answer.
-- It is decided on few columns: whole answers are too many to sort in memory.
new_askings as (

    select
        answer_id,
        question_id,
        horizon,
        heard_as,
        answered_at,
        asked_local_date

    from judged
    where own_exclusion_reason is null and not is_deleted

),
{%- if is_incremental() %}

-- Who is heard anew, and who was heard by what has changed.
    heard_again as (

        select heard_as from new_askings
        union
        select heard_as from {{ this }}
        where
            not is_deleted
            and answer_id in (select news.answer_id from news)
            and coalesce(exclusion_reason, 'superseded') = 'superseded'

    ),

    held_askings as (

        select
            answer_id,
            question_id,
            horizon,
            heard_as,
            answered_at,
            asked_local_date,
            exclusion_reason

        from {{ this }}
        where
            not is_deleted
            and heard_as in (select heard_again.heard_as from heard_again)
            and answer_id not in (select news.answer_id from news)
            and coalesce(exclusion_reason, 'superseded') = 'superseded'

    ),
{%- endif %}

askings as (

    select * from new_askings
    {%- if is_incremental() %}
        union all
        select
            answer_id,
            question_id,
            horizon,
            heard_as,
            answered_at,
            asked_local_date

        from held_askings
    {%- endif %}

),

gaps as (

    select
        *,
        {{ dbt.datediff(
            'lag(asked_local_date) over (partition by question_id, heard_as '
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
            partition by question_id, heard_as
            order by asked_local_date, answered_at, answer_id
            rows between unbounded preceding and current row
        ) as wave_number

    from gaps

),

superseded as (

    select answer_id

    from waves
    qualify row_number() over (
            partition by
                question_id,
                heard_as,
                case when horizon = 'relationship' then wave_number end
            order by answered_at desc, answer_id desc
        ) > 1

),
{%- if is_incremental() %}

-- What did not change itself is written where it counts no longer, or again.
    heard_otherwise as (

        select held_askings.answer_id
        from held_askings
        left join superseded
            on held_askings.answer_id = superseded.answer_id
        where (superseded.answer_id is null) <> (held_askings.exclusion_reason is null)

    ),
{%- endif %}

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
        judged.asked_local_date,
        judged.numeric_value,
        judged.choice_code,
        judged.answer_text,
        judged.heard_as,
        judged.is_deleted,
        coalesce(
            judged.own_exclusion_reason,
            case when superseded.answer_id is not null then 'superseded' end
        ) as exclusion_reason,
        run.change_seq

    from judged
    cross join run
    left join superseded
        on judged.answer_id = superseded.answer_id
    {%- if is_incremental() %}
        union all
        select
        {{ star_replacing({
            'exclusion_reason': "case when exclusion_reason is null "
            ~ "then 'superseded' end",
            'change_seq': '(select run.change_seq from run)',
        }) }}
        from {{ this }}
        where answer_id in (select heard_otherwise.answer_id from heard_otherwise)
    {%- endif %}

)

select * from final
