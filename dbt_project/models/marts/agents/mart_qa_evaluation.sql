{{ config(materialized='view') }}
-- Grain: one row per evaluation of a contact.
with

met_agents_evaluations as (

    select * from {{ ref('met_agents_evaluations') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        evaluations.evaluation_id,
        evaluations.source_id,
        evaluations.contact_id,
        evaluations.ticket_id,
        evaluations.agent_id,
        evaluations.agent_number,
        evaluations.team_name,
        evaluations.evaluator_agent_id,
        evaluations.mode as evaluation_mode,
        evaluations.evaluated_local_date,
        evaluations.count_items,
        evaluations.count_applicable_items,
        evaluations.points_possible,
        evaluations.points_counted,
        round(evaluations.score, 6) as score,
        evaluations.is_auto_fail,
        evaluations.is_calibration,
        evaluations.is_internal,
        evaluations.is_counted,
        evaluations.is_low,
        evaluations.coached_local_date,
        case
            when evaluations.coaching_due_on <= dim_run.as_of
                then evaluations.is_coached_in_time
        end as is_coached_in_time

    from met_agents_evaluations as evaluations

    cross join dim_run

)

select * from final
