{{ config(materialized='view') }}
-- Grain: one row per case.
with

fct_actions as (

    select * from {{ ref('fct_actions') }}

),

met_service_desk_cases as (

    select * from {{ ref('met_service_desk_cases') }}

),

final as (

    select
        fct_actions.case_id,
        fct_actions.source_id,
        judged.customer_id,
        judged.market,
        judged.segment,
        judged.reason,
        fct_actions.response_id,
        fct_actions.owner_agent_id as agent_id,
        judged.team_name,
        fct_actions.status,
        fct_actions.opened_at,
        fct_actions.opened_local_date,
        fct_actions.due_at,
        fct_actions.is_internal,
        judged.is_counted,
        judged.is_contact_refused,
        fct_actions.contact_due_at,
        fct_actions.contacted_at,
        judged.is_contact_due,
        judged.is_contacted_in_time,
        fct_actions.resolution_due_at,
        fct_actions.resolved_at,
        judged.is_resolution_due,
        judged.is_resolved_in_time,
        judged.resurveyed_at,
        judged.is_resurveyed,
        judged.is_recovered

    from fct_actions

    inner join met_service_desk_cases as judged
        on fct_actions.case_id = judged.case_id

)

select * from final
