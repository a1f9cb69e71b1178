-- Grain: one row per person and year of answering: the year's first recommendation
-- answer, and what the person brought before and after it.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

met_value_entries as (

    select * from {{ ref('met_value_entries') }}
    where entry_kind <> 'contact'

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type = 'year'

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Windows of several answers in a year would hold the same orders.
answers as (

    select
        met_periods.period_start as year_start_date,
        answers.customer_id,
        coalesce(answers.segment, 'unknown') as segment,
        answers.answer_id,
        answers.answered_local_date,
        cast(answers.numeric_value as integer) as nps_score,
        cast(
            answers.answered_local_date
            - interval 1 month * {{ var('linkage_window_months') }} as date
        ) as before_starts_on,
        cast(
            answers.answered_local_date
            + interval 1 month * {{ var('linkage_window_months') }} as date
        ) as last_day_after

    from fct_survey_answers as answers

    inner join met_periods
        on answers.answered_local_date = met_periods.calendar_date

    where
        answers.exclusion_reason is null
        and answers.is_known_customer
        and answers.metric = 'nps'
        and answers.horizon = 'relationship'
        and answers.scale_minimum = 0
        and answers.scale_maximum = 10
        and answers.numeric_value is not null

    -- Of answers of one instant the smaller key.
    qualify row_number() over (
            partition by answers.customer_id, met_periods.period_start
            order by answers.answered_at, answers.answer_id
        ) = 1

),

-- The day of the answer is in neither window: what came first on it is not known.
final as (

    select
        answers.year_start_date,
        answers.customer_id,
        answers.segment,
        answers.answer_id,
        answers.answered_local_date,
        answers.nps_score,
        answers.last_day_after < dim_run.as_of as is_elapsed,
        cast(coalesce(
            sum(entries.revenue_amount)
            filter (where entries.local_date > answers.answered_local_date), 0
        ) as decimal(18, 2)) as revenue_after_amount,
        cast(coalesce(
            sum(entries.revenue_real_amount)
            filter (where entries.local_date > answers.answered_local_date), 0
        ) as decimal(18, 2)) as revenue_after_real_amount,
        cast(coalesce(
            sum(entries.revenue_real_amount)
            filter (where entries.local_date < answers.answered_local_date), 0
        ) as decimal(18, 2)) as revenue_before_real_amount

    from answers

    cross join dim_run

    left join met_value_entries as entries
        on answers.customer_id = entries.customer_id
            and answers.before_starts_on <= entries.local_date
            and answers.last_day_after >= entries.local_date

    group by
        answers.year_start_date,
        answers.customer_id,
        answers.segment,
        answers.answer_id,
        answers.answered_local_date,
        answers.nps_score,
        answers.last_day_after,
        dim_run.as_of

)

select * from final
