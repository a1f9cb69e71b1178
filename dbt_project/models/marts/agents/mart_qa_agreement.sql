{{ config(materialized='view') }}
-- Grain: one row per pair of evaluators and month of the company calendar.
with

met_agents_agreements as (

    select * from {{ ref('met_agents_agreements') }}
    where first_evaluator_agent_id is not null

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        agreements.first_evaluator_agent_id,
        agreements.second_evaluator_agent_id,
        agreements.period_start as month_start_date,
        agreements.period_end as month_end_date,
        agreements.count_pairs,
        agreements.count_agreed,
        agreements.count_first_passed,
        agreements.count_second_passed,
        {{ percentage('agreements.count_agreed', 'agreements.count_pairs') }}
            as agreed_pct,
        round(100 * agreements.chance_share, 6) as agreed_by_chance_pct,
        round(agreements.kappa, 6) as kappa,
        round(agreements.ci_low, 6) as kappa_ci_low,
        round(agreements.ci_high, 6) as kappa_ci_high

    from met_agents_agreements as agreements

    inner join dim_run
        on agreements.period_type = case dim_run.calendar
                when 'jalali' then 'jalali_month'
                else 'month'
            end

)

select * from final
