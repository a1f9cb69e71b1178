-- Grain: one row per segment and month of answering, of the company calendar.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

fct_order_days as (

    select * from {{ ref('fct_order_days') }}
    where not is_internal

),

fct_subscriptions as (

    select * from {{ ref('fct_subscriptions') }}
    where not is_internal

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

-- The last answer of a month speaks; of answers of one instant the greater key.
answers as (

    select
        met_periods.period_type,
        met_periods.period_start,
        answers.customer_id,
        coalesce(answers.segment, 'unknown') as segment,
        answers.answered_local_date,
        answers.numeric_value >= 4 as is_satisfied,
        cast(
            answers.answered_local_date
            + interval 1 day * {{ var('repurchase_window_days') }} as date
        ) as window_ends_on

    from fct_survey_answers as answers

    inner join met_periods
        on answers.answered_local_date = met_periods.calendar_date

    inner join dim_run
        on case
                when dim_run.calendar = 'jalali' then 'jalali_month' else 'month'
            end = met_periods.period_type

    where
        answers.exclusion_reason is null
        and answers.is_known_customer
        and answers.metric = 'csat'
        and answers.horizon = 'relationship'
        and answers.scale_minimum = 1
        and answers.scale_maximum = 5
        and answers.numeric_value is not null

    qualify row_number() over (
            partition by answers.customer_id, met_periods.period_start
            order by answers.answered_at desc, answers.answer_id desc
        ) = 1

),

elapsed_answers as (

    select answers.*

    from answers

    inner join dim_run
        on answers.window_ends_on < dim_run.as_of

),

buyers as (

    select
        answers.period_start,
        answers.customer_id

    from elapsed_answers as answers

    inner join fct_order_days as order_days
        on answers.customer_id = order_days.customer_id
            and answers.answered_local_date < order_days.ordered_local_date
            and answers.window_ends_on >= order_days.ordered_local_date

    group by answers.period_start, answers.customer_id

),

subscribers as (

    select
        answers.period_start,
        answers.customer_id

    from elapsed_answers as answers

    inner join fct_subscriptions as subscriptions
        on answers.customer_id = subscriptions.customer_id
            and answers.window_ends_on >= subscriptions.started_on
            and answers.window_ends_on
            < coalesce(subscriptions.ended_on, date '9999-12-31')

    group by answers.period_start, answers.customer_id

),

judged as (

    select
        answers.period_type,
        answers.period_start,
        answers.segment,
        answers.is_satisfied,
        coalesce(buyers.customer_id, subscribers.customer_id) is null as is_leaving

    from elapsed_answers as answers

    left join buyers
        on answers.period_start = buyers.period_start
            and answers.customer_id = buyers.customer_id

    left join subscribers
        on answers.period_start = subscribers.period_start
            and answers.customer_id = subscribers.customer_id

),

counted as (

    select
        segment,
        period_type,
        period_start as month_start_date,
        count(*) as count_customers,
        count(*) filter (where is_satisfied) as count_satisfied,
        count(*) filter (where is_satisfied and not is_leaving)
            as count_satisfied_staying,
        count(*) filter (where is_satisfied and is_leaving)
            as count_satisfied_leaving,
        count(*) filter (where not is_satisfied and not is_leaving)
            as count_dissatisfied_staying,
        count(*) filter (where not is_satisfied and is_leaving)
            as count_dissatisfied_leaving

    from judged

    group by segment, period_type, period_start

),

final as (

    select
        segment,
        period_type,
        month_start_date,
        count_customers,
        count_satisfied_staying,
        count_satisfied_leaving,
        count_dissatisfied_staying,
        count_dissatisfied_leaving,
        {{ percentage('count_satisfied_leaving', 'count_satisfied') }}
            as satisfied_leaving_pct,
        {{ percentage_bound('count_satisfied_leaving', 'count_satisfied', '-') }}
            as satisfied_leaving_pct_ci_low,
        {{ percentage_bound('count_satisfied_leaving', 'count_satisfied', '+') }}
            as satisfied_leaving_pct_ci_high,
        {{ percentage(
            'count_dissatisfied_leaving', '(count_customers - count_satisfied)'
        ) }} as dissatisfied_leaving_pct,
        {{ percentage_bound(
            'count_dissatisfied_leaving', '(count_customers - count_satisfied)', '-'
        ) }} as dissatisfied_leaving_pct_ci_low,
        {{ percentage_bound(
            'count_dissatisfied_leaving', '(count_customers - count_satisfied)', '+'
        ) }} as dissatisfied_leaving_pct_ci_high,
        count_customers < 30 as low_n

    from counted

)

select * from final
