-- Grain: one row per question version, customer cell and month of the company calendar.
with

met_survey_scores as (

    select * from {{ ref('met_survey_scores') }}

),

met_customer_populations as (

    select * from {{ ref('met_customer_populations') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

dim_surveys as (

    select * from {{ ref('dim_surveys') }}

),

counted as (

    select
        scores.survey_id,
        scores.question_id,
        scores.question_version,
        scores.horizon,
        scores.touchpoint,
        scores.segment,
        scores.market,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        cast(sum(scores.count_responses) as bigint) as count_responses,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value between 9 and 10
            ), 0
        ) as bigint) as count_promoters,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value between 7 and 8
            ), 0
        ) as bigint) as count_passives,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value between 0 and 6
            ), 0
        ) as bigint) as count_detractors,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 0
            ), 0
        ) as bigint) as count_score_0,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 1
            ), 0
        ) as bigint) as count_score_1,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 2
            ), 0
        ) as bigint) as count_score_2,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 3
            ), 0
        ) as bigint) as count_score_3,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 4
            ), 0
        ) as bigint) as count_score_4,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 5
            ), 0
        ) as bigint) as count_score_5,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 6
            ), 0
        ) as bigint) as count_score_6,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 7
            ), 0
        ) as bigint) as count_score_7,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 8
            ), 0
        ) as bigint) as count_score_8,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 9
            ), 0
        ) as bigint) as count_score_9,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 10
            ), 0
        ) as bigint) as count_score_10

    from met_survey_scores as scores

    cross join dim_run

    inner join met_periods
        on scores.answered_local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    where scores.metric = 'nps'

    group by
        scores.survey_id,
        scores.question_id,
        scores.question_version,
        scores.horizon,
        scores.touchpoint,
        scores.segment,
        scores.market,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

final as (

    select
        counted.survey_id,
        dim_surveys.survey_name,
        counted.question_id,
        counted.question_version,
        counted.horizon,
        counted.touchpoint,
        counted.segment,
        counted.market,
        counted.period_type,
        counted.period_start,
        counted.period_end,
        counted.count_responses,
        counted.count_promoters,
        counted.count_passives,
        counted.count_detractors,
        counted.count_score_0,
        counted.count_score_1,
        counted.count_score_2,
        counted.count_score_3,
        counted.count_score_4,
        counted.count_score_5,
        counted.count_score_6,
        counted.count_score_7,
        counted.count_score_8,
        counted.count_score_9,
        counted.count_score_10,
        {{ percentage(
            '(counted.count_promoters - counted.count_detractors)',
            'counted.count_responses'
        ) }} as nps,
        {{ net_percentage_bound(
            '(counted.count_promoters - counted.count_detractors)',
            '(counted.count_promoters + counted.count_detractors)',
            'counted.count_responses',
            '-'
        ) }} as nps_ci_low,
        {{ net_percentage_bound(
            '(counted.count_promoters - counted.count_detractors)',
            '(counted.count_promoters + counted.count_detractors)',
            'counted.count_responses',
            '+'
        ) }} as nps_ci_high,
        counted.count_responses < 30 as low_n,
        coalesce(populations.count_customers, 0) as count_customers

    from counted

    left join met_customer_populations as populations
        on counted.period_type = populations.period_type
            and counted.period_start = populations.period_start
            and counted.market = populations.market
            and counted.segment = populations.segment

    left join dim_surveys
        on counted.survey_id = dim_surveys.survey_id

)

select * from final
