-- Grain: one row per touchpoint and per reason of contact that was followed by a
-- recommendation: how it differs after a good and after a bad experience.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}
    where exclusion_reason is null and is_known_customer and numeric_value is not null

),

met_judged_issues as (

    select * from {{ ref('met_judged_issues') }}
    where is_mature and not is_anonymous

),

experiences as (

    select
        'touchpoint' as subject_kind,
        touchpoint as subject,
        customer_id,
        answer_id as experience_id,
        answered_at as happened_at,
        numeric_value >= 4 as is_good

    from fct_survey_answers

    where
        metric = 'csat'
        and scale_maximum = 5
        and horizon = 'transactional'
        and touchpoint is not null

    union all

    select
        'reason' as subject_kind,
        reason as subject,
        customer_id,
        issue_id as experience_id,
        first_contact_at as happened_at,
        is_single_contact as is_good

    from met_judged_issues

),

recommendations as (

    select
        answer_id,
        customer_id,
        answered_at,
        cast(numeric_value >= 9 as integer)
        - cast(numeric_value <= 6 as integer) as net_class

    from fct_survey_answers

    where metric = 'nps' and scale_maximum = 10 and horizon = 'relationship'

),

-- The last experience before an answer stands for its subject; of one instant the
-- greater key.
linked as (

    select
        experiences.subject_kind,
        experiences.subject,
        experiences.is_good,
        recommendations.net_class

    from recommendations

    inner join experiences
        on recommendations.customer_id = experiences.customer_id
            and recommendations.answered_at > experiences.happened_at
            and recommendations.answered_at
            <= experiences.happened_at
            + interval '{{ var("impact_window_days") }} days'

    qualify row_number() over (
            partition by
                recommendations.answer_id,
                experiences.subject_kind,
                experiences.subject
            order by experiences.happened_at desc, experiences.experience_id desc
        ) = 1

),

counted as (

    select
        subject_kind,
        subject,
        count(*) filter (where is_good) as count_after_good,
        cast(coalesce(
            sum(net_class) filter (where is_good), 0
        ) as bigint) as net_promoters_after_good,
        count(*) filter (where not is_good) as count_after_bad,
        cast(coalesce(
            sum(net_class) filter (where not is_good), 0
        ) as bigint) as net_promoters_after_bad

    from linked

    group by subject_kind, subject

),

-- A few answers on either side say nothing, and a bad experience does no good.
final as (

    select
        *,
        case
            when
                least(count_after_good, count_after_bad)
                >= {{ var('impact_minimum_answers') }}
                then round(
                        greatest(
                            0,
                            {{ percentage(
                                'net_promoters_after_good', 'count_after_good'
                            ) }} - {{ percentage(
                                'net_promoters_after_bad', 'count_after_bad'
                            ) }}
                        ),
                        6
                    )
        end as impact_points

    from counted

)

select * from final
