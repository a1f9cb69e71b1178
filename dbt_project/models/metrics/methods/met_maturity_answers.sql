-- Grain: one row per answer of a self-assessment that was given by the day of the run.
with

maturity_answers as (

    select * from {{ ref('maturity_answers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Nobody else is as mature as the demo company.
final as (

    select
        answers.assessed_on,
        answers.discipline,
        answers.item,
        -- What nothing shows for is not assessed.
        case when trim(coalesce(answers.evidence, '')) <> '' then answers.score end
            as score

    from maturity_answers as answers

    inner join dim_run
        on answers.assessed_on < dim_run.as_of
            and (dim_run.is_demo or not answers.is_fictional)

)

select * from final
