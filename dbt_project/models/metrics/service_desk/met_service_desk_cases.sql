-- Grain: one row per case, with the flags of the closed loop.
with

fct_actions as (

    select * from {{ ref('fct_actions') }}

),

met_action_cases as (

    select * from {{ ref('met_action_cases') }}

),

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

fct_consents as (

    select * from {{ ref('fct_consents') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

cases as (

    select
        fct_actions.case_id,
        fct_actions.opened_at,
        fct_actions.opened_local_date,
        coalesce(made.rule_code, fct_actions.reason) as reason,
        fct_actions.owner_agent_id,
        fct_actions.status,
        fct_actions.is_internal,
        fct_actions.is_contact_due,
        fct_actions.is_contacted_in_time,
        fct_actions.is_resolution_due,
        fct_actions.is_resolved_in_time,
        -- A case of ours that comes back need not say whose it is, nor why.
        coalesce(fct_actions.customer_id, made.customer_id) as customer_id,
        coalesce(fct_actions.market, made.market, 'unknown') as market,
        coalesce(fct_actions.segment, made.segment, 'unknown') as segment,
        case coalesce(made.rule_code, fct_actions.reason)
            when '{{ var("case_reason_detractor") }}' then 'nps'
            when '{{ var("case_reason_dissatisfied") }}' then 'csat'
        end as opening_metric

    from fct_actions

    left join met_action_cases as made
        on fct_actions.case_id = made.recorded_case_id

),

-- The decision last taken stands, whichever record holds it; of one instant the
-- refusal.
standing_decisions as (

    select
        cases.case_id,
        fct_consents.is_allowed

    from cases

    inner join fct_consents
        on cases.customer_id = fct_consents.customer_id
            and cases.opened_at >= fct_consents.valid_from
            and cases.opened_at < fct_consents.valid_to

    where
        fct_consents.channel = 'any'
        and fct_consents.purpose in ('any', 'service')

    qualify row_number() over (
            partition by cases.case_id
            order by fct_consents.valid_from desc, fct_consents.is_allowed asc
        ) = 1

),

follow_ups as (

    select
        answers.answer_id,
        answers.customer_id,
        answers.metric,
        answers.answered_at,
        (answers.metric = 'nps' and answers.numeric_value >= 7)
        or (answers.metric = 'csat' and answers.numeric_value >= 4) as is_recovered

    from fct_survey_answers as answers

    cross join dim_run

    where
        answers.horizon = 'recovery'
        and answers.exclusion_reason is null
        and answers.numeric_value is not null
        and answers.answered_local_date < dim_run.as_of
        and (
            (answers.metric = 'nps' and answers.scale_maximum = 10)
            or (answers.metric = 'csat' and answers.scale_maximum = 5)
        )

),

-- An answer is about the case that was opened last before it.
answered_cases as (

    select
        cases.case_id,
        follow_ups.answer_id,
        follow_ups.answered_at,
        follow_ups.is_recovered

    from follow_ups

    inner join cases
        on follow_ups.customer_id = cases.customer_id
            and follow_ups.metric = cases.opening_metric
            and follow_ups.answered_at > cases.opened_at

    qualify row_number() over (
            partition by follow_ups.answer_id
            order by cases.opened_at desc, cases.case_id desc
        ) = 1

),

first_answers as (

    select *

    from answered_cases

    qualify row_number() over (
            partition by case_id
            order by answered_at, answer_id
        ) = 1

),

final as (

    select
        cases.case_id,
        cases.customer_id,
        cases.opened_local_date,
        cases.market,
        cases.segment,
        cases.reason,
        dim_agents.team_name,
        not cases.is_internal
        and cases.status <> 'cancelled'
        and cases.opening_metric is not null
        and coalesce(decisions.is_allowed, true) as is_counted,
        not coalesce(decisions.is_allowed, true) as is_contact_refused,
        cases.is_contact_due,
        coalesce(cases.is_contacted_in_time, false) as is_contacted_in_time,
        cases.is_resolution_due,
        coalesce(cases.is_resolved_in_time, false) as is_resolved_in_time,
        first_answers.answered_at as resurveyed_at,
        first_answers.answer_id is not null as is_resurveyed,
        coalesce(first_answers.is_recovered, false) as is_recovered

    from cases

    left join dim_agents
        on cases.owner_agent_id = dim_agents.agent_id
            and cases.opened_at >= dim_agents.valid_from
            and cases.opened_at < dim_agents.valid_to

    left join standing_decisions as decisions
        on cases.case_id = decisions.case_id

    left join first_answers
        on cases.case_id = first_answers.case_id

)

select * from final
