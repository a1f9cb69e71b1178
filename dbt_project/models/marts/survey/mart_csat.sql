-- Grain: one row per question version, customer cell and month of the company calendar.
with

met_survey_scores as (

    select * from {{ ref('met_survey_scores') }}

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

t_quantiles as (

    select * from {{ ref('t_quantiles') }}

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
                where scores.numeric_value between 4 and 5
            ), 0
        ) as bigint) as count_satisfied,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value = 3
            ), 0
        ) as bigint) as count_neutral,
        cast(coalesce(
            sum(scores.count_responses) filter (
                where scores.numeric_value between 1 and 2
            ), 0
        ) as bigint) as count_dissatisfied,
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
        cast(sum(
            scores.count_responses * cast(scores.numeric_value * 100 as bigint)
        ) as bigint) as sum_of_hundredths,
        cast(sum(
            cast(scores.count_responses as decimal(18, 0))
            * cast(scores.numeric_value * 100 as bigint)
            * cast(scores.numeric_value * 100 as bigint)
        ) as decimal(38, 0)) as sum_of_squared_hundredths

    from met_survey_scores as scores

    cross join dim_run

    inner join met_periods
        on scores.answered_local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    where scores.metric = 'csat' and scores.scale_maximum = 5

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
        counted.count_satisfied,
        counted.count_neutral,
        counted.count_dissatisfied,
        counted.count_score_1,
        counted.count_score_2,
        counted.count_score_3,
        counted.count_score_4,
        counted.count_score_5,
        counted.sum_of_hundredths,
        {{ percentage(
            'counted.count_satisfied', 'counted.count_responses'
        ) }} as csat_pct,
        {{ percentage_bound(
            'counted.count_satisfied', 'counted.count_responses', '-'
        ) }} as csat_pct_ci_low,
        {{ percentage_bound(
            'counted.count_satisfied', 'counted.count_responses', '+'
        ) }} as csat_pct_ci_high,
        {{ percentage(
            'counted.count_dissatisfied', 'counted.count_responses'
        ) }} as dissatisfied_pct,
        round(
            {{ ratio('counted.sum_of_hundredths', 'counted.count_responses') }} / 100, 6
        ) as mean_score,
        round({{ mean_bound(
            'counted.sum_of_hundredths',
            'counted.sum_of_squared_hundredths',
            'counted.count_responses',
            't_quantiles.t_quantile',
            '-',
            100,
            500
        ) }} / 100, 6) as mean_score_ci_low,
        round({{ mean_bound(
            'counted.sum_of_hundredths',
            'counted.sum_of_squared_hundredths',
            'counted.count_responses',
            't_quantiles.t_quantile',
            '+',
            100,
            500
        ) }} / 100, 6) as mean_score_ci_high,
        counted.count_responses < 30 as low_n

    from counted

    left join dim_surveys
        on counted.survey_id = dim_surveys.survey_id

    left join t_quantiles
        on t_quantiles.degrees_of_freedom = counted.count_responses - 1

)

select * from final
