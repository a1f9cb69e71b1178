-- Grain: one row per case that is neither resolved nor cancelled at as_of.
with

mart_closed_loop as (

    select * from {{ ref('mart_closed_loop') }}

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
    where is_current

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Who said no once, by any of their records, is not called.
refusals as (

    select customer_id

    from fct_consents

    where
        not is_allowed
        and channel = 'any'
        and purpose in ('any', 'service')

    group by customer_id

),

marketing_consents as (

    select
        customer_id,
        bool_and(is_allowed) as is_marketing_allowed

    from fct_consents

    where purpose in ('any', 'marketing')

    group by customer_id

),

open_cases as (

    select
        cases.*,
        {{ to_utc('cast(dim_run.as_of as timestamp)', 'dim_run.time_zone') }}
            as as_of_at,
        -- A case says itself until when, or the closed loop does.
        case
            when cases.contacted_at is null
                then least(
                        cases.contact_due_at,
                        coalesce(cases.due_at, cases.contact_due_at)
                    )
            else coalesce(cases.due_at, cases.resolution_due_at)
        end as step_due_at

    from mart_closed_loop as cases

    cross join dim_run

    where cases.status in ('open', 'contacted') and not cases.is_internal

),

final as (

    select
        open_cases.case_id,
        open_cases.source_id,
        open_cases.customer_id,
        open_cases.market,
        open_cases.segment,
        open_cases.reason,
        open_cases.agent_id,
        dim_agents.agent_number,
        dim_agents.team_name,
        open_cases.status,
        open_cases.opened_at,
        open_cases.opened_local_date,
        open_cases.contacted_at,
        open_cases.step_due_at,
        open_cases.step_due_at < open_cases.as_of_at as is_overdue,
        case
            when refusals.customer_id is not null then 'do_not_contact'
            when open_cases.contacted_at is null then 'contact_customer'
            else 'resolve_case'
        end as suggested_step,
        dim_customers.language,
        dim_customers.preferred_channel,
        refusals.customer_id is null as is_contact_allowed,
        marketing_consents.is_marketing_allowed,
        row_number() over (
            partition by open_cases.agent_id
            order by open_cases.step_due_at, open_cases.case_id
        ) as position_in_list

    from open_cases

    left join dim_agents
        on open_cases.agent_id = dim_agents.agent_id

    left join dim_customers
        on open_cases.customer_id = dim_customers.customer_id

    left join refusals
        on open_cases.customer_id = refusals.customer_id

    left join marketing_consents
        on open_cases.customer_id = marketing_consents.customer_id

)

select * from final
