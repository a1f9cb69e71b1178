{{ config(materialized='view') }}
-- Grain: one row per counted recommendation answer of nine or ten, with the days for
-- which it speaks, once its giver has recommended the company to others.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}
    where
        metric = 'nps'
        and horizon = 'relationship'
        and scale_minimum = 0
        and scale_maximum = 10
        and exclusion_reason is null
        and numeric_value is not null

),

fct_advocacy_acts as (

    select * from {{ ref('fct_advocacy_acts') }}
    where not is_internal

),

first_acts as (

    select
        customer_id,
        min(acted_local_date) as first_acted_on

    from fct_advocacy_acts

    group by customer_id

),

answers as (

    select
        customer_id,
        answered_local_date,
        numeric_value,
        lead(answered_local_date, 1, date '9999-12-31') over (
            partition by customer_id
            order by answered_at, answer_id
        ) as next_answered_on

    from fct_survey_answers

),

spans as (

    select
        answers.customer_id,
        greatest(answers.answered_local_date, first_acts.first_acted_on) as speaks_from,
        least(
            answers.next_answered_on,
            cast(
                answers.answered_local_date
                + interval 1 day * {{ var('promoter_valid_days') }} as date
            )
        ) as speaks_until

    from answers

    inner join first_acts
        on answers.customer_id = first_acts.customer_id

    where answers.numeric_value >= 9

),

final as (

    select
        customer_id,
        speaks_from,
        speaks_until

    from spans

    where speaks_from < speaks_until

)

select * from final
