-- Grain: one row per discipline and half-year with an assessment, or the last one.
with

met_maturity_answers as (

    select * from {{ ref('met_maturity_answers') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'cx_discipline'

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

assessed_days as (

    select assessed_on as local_date

    from met_maturity_answers

    union all

    select cast(as_of - interval 1 day as date) as local_date

    from dim_run

),

half_years as (

    select
        case
            when month(local_date) <= 6
                then cast(date_trunc('year', local_date) as date)
            else cast(date_trunc('year', local_date) + interval 6 month as date)
        end as period_start

    from assessed_days

    group by
        case
            when month(local_date) <= 6
                then cast(date_trunc('year', local_date) as date)
            else cast(date_trunc('year', local_date) + interval 6 month as date)
        end

),

counted as (

    select
        half_years.period_start,
        labels.code as discipline,
        count(answers.item) as count_items,
        count(answers.score) as count_assessed,
        cast(sum(100 * answers.score) as bigint) as sum_of_hundredths

    from half_years

    cross join labels

    left join met_maturity_answers as answers
        on labels.code = answers.discipline
            and half_years.period_start <= answers.assessed_on
            and half_years.period_start + interval 6 month > answers.assessed_on

    group by half_years.period_start, labels.code

),

final as (

    select
        discipline,
        period_start,
        cast(period_start + interval 6 month as date) as period_end,
        count_items,
        count_assessed,
        sum_of_hundredths,
        count_assessed > 0 as is_assessed,
        round({{ ratio('sum_of_hundredths', 'count_assessed') }} / 100, 6)
            as maturity_score

    from counted

)

select * from final
