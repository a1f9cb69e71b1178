-- Grain: one row per evaluation of a contact.
with

fct_qa_evaluations as (

    select * from {{ ref('fct_qa_evaluations') }}

),

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

windows as (

    select max(maturity_days) as coaching_days

    from kpis

    where kpi_id = 'K-QA' and statistic = 'coached'

),

evaluations as (

    select
        evaluations.*,
        coalesce(fct_calls.is_internal, fct_tickets.is_internal, false) as is_internal,
        dim_agents.agent_number,
        dim_agents.team_name,
        evaluations.score < {{ var('qa_pass_mark') }} as is_low,
        windows.coaching_days,
        cast({{ to_local('evaluations.coached_at', 'dim_run.time_zone') }} as date)
            as coached_local_date

    from fct_qa_evaluations as evaluations

    cross join dim_run

    cross join windows

    left join fct_calls
        on evaluations.contact_id = fct_calls.contact_id

    left join fct_tickets
        on evaluations.ticket_id = fct_tickets.ticket_id

    left join dim_agents
        on evaluations.agent_id = dim_agents.agent_id
            and dim_agents.valid_from
            <= cast(evaluations.evaluated_local_date as timestamp)
            and dim_agents.valid_to
            > cast(evaluations.evaluated_local_date as timestamp)

),

final as (

    select
        evaluation_id,
        source_id,
        interaction_number,
        contact_id,
        ticket_id,
        agent_id,
        agent_number,
        team_name,
        evaluator_agent_id,
        mode,
        evaluated_local_date,
        coached_local_date,
        count_items,
        count_applicable_items,
        points_possible,
        points_counted,
        score,
        is_auto_fail,
        is_calibration,
        is_internal,
        score is not null and not is_calibration and not is_internal as is_counted,
        coalesce(is_low, false) as is_low,
        cast(evaluated_local_date + interval 1 day * coaching_days as date)
            as coaching_due_on,
        coalesce(
            coached_local_date
            < cast(evaluated_local_date + interval 1 day * coaching_days as date),
            false
        ) as is_coached_in_time

    from evaluations

)

select * from final
