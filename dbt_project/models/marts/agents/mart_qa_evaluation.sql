{{ config(materialized='view') }}
-- Grain: one row per evaluation of a contact.
with

met_agents_evaluations as (

    select * from {{ ref('met_agents_evaluations') }}

),

final as (

    select
        evaluation_id,
        source_id,
        contact_id,
        ticket_id,
        agent_id,
        agent_number,
        team_name,
        evaluator_agent_id,
        mode as evaluation_mode,
        evaluated_local_date,
        count_items,
        count_applicable_items,
        points_possible,
        points_counted,
        round(score, 6) as score,
        is_auto_fail,
        is_calibration,
        is_internal,
        is_counted,
        is_low,
        coached_local_date,
        is_coached_in_time

    from met_agents_evaluations

)

select * from final
