-- Grain: one row per theme, channel, model version and month of the company calendar.
with

met_voc_statements as (

    select * from {{ ref('met_voc_statements') }}
    where has_two_words and sentiment is not null

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

counted as (

    select
        coalesce(statements.theme, 'unknown') as theme,
        statements.channel,
        coalesce(statements.model_version, 'unknown') as model_version,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        count(*) as count_statements,
        count(*) filter (where statements.sentiment = 'positive') as count_positive,
        count(*) filter (where statements.sentiment = 'neutral') as count_neutral,
        count(*) filter (where statements.sentiment = 'negative') as count_negative,
        count(*) filter (where statements.sentiment = 'mixed') as count_mixed,
        count(statements.polarity) as count_polarities,
        cast(sum(10000 * statements.polarity) as bigint) as sum_of_polarity,
        count(*) filter (
            where statements.has_positive_emotion
        ) as count_with_positive_emotion,
        count(*) filter (
            where statements.has_negative_emotion
        ) as count_with_negative_emotion

    from met_voc_statements as statements

    cross join dim_run

    inner join met_periods
        on statements.stated_local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    group by
        coalesce(statements.theme, 'unknown'),
        statements.channel,
        coalesce(statements.model_version, 'unknown'),
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

summed as (

    select
        *,
        cast(sum(count_statements) over (
            partition by channel, model_version, period_start
        ) as bigint) as count_of_all_themes

    from counted

),

-- Mixed is neutral in the score and shown beside it.
final as (

    select
        theme,
        channel,
        model_version,
        period_type,
        period_start,
        period_end,
        count_statements,
        count_positive,
        count_neutral,
        count_negative,
        count_mixed,
        count_polarities,
        sum_of_polarity,
        count_with_positive_emotion,
        count_with_negative_emotion,
        {{ percentage('(count_positive - count_negative)', 'count_statements') }}
            as net_sentiment,
        {{ net_percentage_bound(
            '(count_positive - count_negative)', '(count_positive + count_negative)',
            'count_statements', '-'
        ) }} as net_sentiment_ci_low,
        {{ net_percentage_bound(
            '(count_positive - count_negative)', '(count_positive + count_negative)',
            'count_statements', '+'
        ) }} as net_sentiment_ci_high,
        round({{ ratio('sum_of_polarity', 'count_polarities') }} / 10000, 6)
            as mean_polarity,
        {{ percentage(
            '(count_with_positive_emotion - count_with_negative_emotion)',
            'count_statements'
        ) }} as emotion_index,
        {{ percentage('count_statements', 'count_of_all_themes') }} as theme_share_pct,
        count_statements < 30 as low_n

    from summed

)

select * from final
