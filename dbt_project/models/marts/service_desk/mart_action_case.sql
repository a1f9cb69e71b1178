{{ config(materialized='view') }}
-- Grain: one row per case that a rule makes.
with

met_action_cases as (

    select * from {{ ref('met_action_cases') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        cases.case_number,
        cases.rule_code,
        cases.customer_id,
        cases.market,
        cases.segment,
        cases.owner,
        cases.agent_id,
        cases.suggested_step,
        cases.record_id,
        cases.count_triggers,
        cases.opened_at,
        cast({{ to_local('cases.opened_at', 'dim_run.time_zone') }} as date)
            as opened_local_date,
        cases.last_triggered_at,
        cases.due_at,
        cases.status,
        cases.recorded_case_id,
        cases.contacted_at,
        cases.resolved_at

    from met_action_cases as cases

    cross join dim_run

)

select * from final
