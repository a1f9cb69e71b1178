{{ config(severity='warn') }}
-- A number that only a rule gives belongs to a case of a rule; a row is one that came
-- back and does not. It is kept and counted as a case of the system that returned it.
with

fct_actions as (

    select
        case_id,
        substring(case_id, length(source_id) + 2) as case_number

    from {{ ref('fct_actions') }}

),

met_action_triggers as (

    select * from {{ ref('met_action_triggers') }}

),

failures as (

    select fct_actions.case_id

    from fct_actions

    left join met_action_triggers
        on fct_actions.case_number = met_action_triggers.case_number

    where
        fct_actions.case_number like 'CX-%'
        and met_action_triggers.case_number is null

)

select * from failures
