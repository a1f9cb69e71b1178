-- Grain: one row per touchpoint, aspect and month of the company calendar.
with

met_method_responses as (

    select * from {{ ref('met_method_responses') }}
    -- Only pairs on one scale can be subtracted.
    where method = 'expectation' and count_roles = 2 and is_one_scale

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

counted as (

    select
        responses.touchpoint,
        responses.subject as aspect,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        count(*) as count_responses,
        cast(sum(responses.first_thousandths) as bigint) as sum_actual_thousandths,
        cast(sum(responses.second_thousandths) as bigint) as sum_expected_thousandths

    from met_method_responses as responses

    cross join dim_run

    inner join met_periods
        on responses.answered_local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    group by
        responses.touchpoint,
        responses.subject,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

final as (

    select
        touchpoint,
        aspect,
        period_type,
        period_start,
        period_end,
        count_responses,
        sum_actual_thousandths,
        sum_expected_thousandths,
        round({{ ratio('sum_actual_thousandths', 'count_responses') }} / 1000, 6)
            as actual_score,
        round({{ ratio('sum_expected_thousandths', 'count_responses') }} / 1000, 6)
            as expected_score,
        round(
            {{ ratio(
                '(sum_actual_thousandths - sum_expected_thousandths)', 'count_responses'
            ) }} / 1000,
            6
        ) as expectation_gap,
        count_responses < 30 as low_n

    from counted

)

select * from final
