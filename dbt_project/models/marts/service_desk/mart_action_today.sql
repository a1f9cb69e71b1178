-- Grain: one row per case that is neither resolved nor cancelled at as_of, and per case
-- that a rule suggests.
with

mart_closed_loop as (

    select * from {{ ref('mart_closed_loop') }}

),

met_action_cases as (

    select * from {{ ref('met_action_cases') }}

),

action_rules as (

    select * from {{ ref('action_rules') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}
    where is_current

),

dim_customers as (

    select * from {{ ref('dim_customers') }}
    where is_current

),

fct_consents as (

    select * from {{ ref('fct_consents') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

run as (

    select
        coalesce(
            until_at, {{ to_utc('cast(as_of as timestamp)', 'time_zone') }}
        ) as as_of_at

    from dim_run

),

-- The decision last taken stands, whichever record holds it; of one instant the
-- refusal.
ordered_consents as (

    select
        fct_consents.customer_id,
        fct_consents.purpose,
        fct_consents.is_allowed,
        row_number() over (
            partition by fct_consents.customer_id
            order by
                fct_consents.valid_from asc,
                fct_consents.is_allowed desc,
                fct_consents.consent_version_id asc
        ) as decision_number

    from fct_consents

    cross join run

    where
        fct_consents.channel = 'any'
        and fct_consents.valid_from < run.as_of_at
        and fct_consents.valid_to >= run.as_of_at

),

decisions as (

    select
        customer_id,
        max_by(is_allowed, decision_number) filter (
            where purpose in ('any', 'service')
        ) as is_contact_allowed,
        max_by(is_allowed, decision_number) filter (
            where purpose in ('any', 'marketing')
        ) as is_marketing_allowed

    from ordered_consents

    group by customer_id

),

recorded_cases as (

    select
        cases.case_id,
        cases.source_id,
        cases.customer_id,
        cases.market,
        cases.segment,
        cases.reason,
        coalesce(action_rules.owner, '{{ var("case_owner") }}') as owner,
        cases.agent_id,
        cases.status,
        cases.opened_at,
        cases.opened_local_date,
        cases.contacted_at,
        -- A case says itself until when, or the closed loop does.
        case
            when cases.contacted_at is null
                then least(
                        cases.contact_due_at,
                        coalesce(cases.due_at, cases.contact_due_at)
                    )
            else coalesce(cases.due_at, cases.resolution_due_at)
        end as step_due_at,
        case
            when cases.contacted_at is null
                then coalesce(action_rules.suggested_step, 'contact_customer')
            else 'resolve_case'
        end as next_step

    from mart_closed_loop as cases

    left join action_rules
        on cases.reason = action_rules.rule_code

    where cases.status in ('open', 'contacted') and not cases.is_internal

),

suggested_cases as (

    select
        cases.case_number as case_id,
        cast(null as varchar) as source_id,
        cases.customer_id,
        cases.market,
        cases.segment,
        cases.rule_code as reason,
        cases.owner,
        cases.agent_id,
        cases.status,
        cases.opened_at,
        cast({{ to_local('cases.opened_at', 'dim_run.time_zone') }} as date)
            as opened_local_date,
        cast(null as timestamp) as contacted_at,
        cases.due_at as step_due_at,
        cases.suggested_step as next_step

    from met_action_cases as cases

    cross join dim_run

    where cases.status = 'suggested'

),

open_cases as (

    select * from recorded_cases
    union all
    select * from suggested_cases

),

final as (

    select
        open_cases.case_id,
        open_cases.source_id,
        open_cases.customer_id,
        open_cases.market,
        open_cases.segment,
        open_cases.reason,
        open_cases.owner,
        open_cases.agent_id,
        dim_agents.agent_number,
        dim_agents.team_name,
        open_cases.status,
        open_cases.opened_at,
        open_cases.opened_local_date,
        open_cases.contacted_at,
        open_cases.step_due_at,
        open_cases.step_due_at < run.as_of_at as is_overdue,
        case
            -- Who asks has asked for the answer.
            when
                not coalesce(decisions.is_contact_allowed, true)
                and open_cases.next_step <> 'answer_ticket'
                then 'do_not_contact'
            else open_cases.next_step
        end as suggested_step,
        dim_customers.language,
        dim_customers.preferred_channel,
        coalesce(decisions.is_contact_allowed, true) as is_contact_allowed,
        decisions.is_marketing_allowed,
        row_number() over (
            partition by open_cases.agent_id, open_cases.owner
            order by open_cases.step_due_at, open_cases.case_id
        ) as position_in_list

    from open_cases

    cross join run

    left join dim_agents
        on open_cases.agent_id = dim_agents.agent_id

    left join dim_customers
        on open_cases.customer_id = dim_customers.customer_id

    left join decisions
        on open_cases.customer_id = decisions.customer_id

)

select * from final
