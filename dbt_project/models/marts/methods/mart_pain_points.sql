-- Grain: one row per theme and month of the company calendar: what hurts how many, how
-- much effort it takes and what it costs in recommendations.
with

met_judged_issues as (

    select * from {{ ref('met_judged_issues') }}
    where is_mature

),

met_voc_statements as (

    select * from {{ ref('met_voc_statements') }}
    where has_two_words and theme is not null

),

met_experience_impacts as (

    select * from {{ ref('met_experience_impacts') }}
    where subject_kind = 'reason'

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

periods as (

    select
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

    from met_periods

    inner join dim_run
        on met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

),

-- Reasons of contact are themes that need no reading.
mentions as (

    select
        'reason' as theme_kind,
        reason as theme,
        issue_local_date as local_date,
        count_contacts,
        not is_single_contact as is_painful

    from met_judged_issues

    union all

    select
        'words' as theme_kind,
        theme,
        stated_local_date as local_date,
        cast(null as bigint) as count_contacts,
        sentiment = 'negative' as is_painful

    from met_voc_statements

),

counted as (

    select
        mentions.theme_kind,
        mentions.theme,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        count(*) as count_mentions,
        count(*) filter (where mentions.is_painful) as count_painful,
        cast(sum(mentions.count_contacts) as bigint) as count_contacts,
        cast(sum(mentions.count_contacts - 1) as bigint) as count_extra_contacts

    from mentions

    inner join periods
        on mentions.local_date = periods.calendar_date

    group by
        mentions.theme_kind,
        mentions.theme,
        periods.period_type,
        periods.period_start,
        periods.period_end

),

scored as (

    select
        counted.*,
        cast(sum(counted.count_mentions) over (
            partition by counted.theme_kind, counted.period_start
        ) as bigint) as count_of_all_themes,
        impacts.impact_points,
        round(counted.count_extra_contacts * impacts.impact_points / 100, 6)
            as pain_score

    from counted

    left join met_experience_impacts as impacts
        on counted.theme_kind = impacts.subject_kind
            and counted.theme = impacts.subject

),

ranked as (

    select
        *,
        rank() over (
            partition by theme_kind, period_start
            order by
                pain_score desc nulls last,
                count_extra_contacts desc nulls last,
                count_painful desc
        ) as pain_rank

    from scored

),

-- Without an impact the effort ranks, without effort the frequency.
final as (

    select
        theme_kind,
        theme,
        period_type,
        period_start,
        period_end,
        count_mentions,
        count_of_all_themes,
        {{ percentage('count_mentions', 'count_of_all_themes') }} as theme_share_pct,
        count_painful,
        {{ percentage('count_painful', 'count_mentions') }} as painful_pct,
        {{ percentage_bound('count_painful', 'count_mentions', '-') }}
            as painful_pct_ci_low,
        {{ percentage_bound('count_painful', 'count_mentions', '+') }}
            as painful_pct_ci_high,
        count_contacts,
        count_extra_contacts,
        round({{ ratio('count_contacts', 'count_mentions') }}, 6)
            as contacts_per_mention,
        impact_points,
        pain_score,
        pain_rank,
        count(*) over (partition by theme_kind, period_start, pain_rank)
            as count_at_rank,
        count_mentions < {{ var('impact_minimum_answers') }} as low_n

    from ranked

)

select * from final
