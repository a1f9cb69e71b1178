{{ config(materialized='view') }}
-- Grain: one row per queue and half hour in which a contact entered.
with

met_agents_staffing_loads as (

    select * from {{ ref('met_agents_staffing_loads') }}

),

met_agents_staffing_curves as (

    select * from {{ ref('met_agents_staffing_curves') }}
    where is_enough

),

dim_queues as (

    select * from {{ ref('dim_queues') }}

),

final as (

    select
        loads.queue_id,
        dim_queues.queue_name,
        loads.interval_start_at,
        loads.local_date,
        loads.count_offered,
        loads.handle_seconds,
        curves.erlangs,
        cast(curves.count_agents as bigint) as count_agents_needed,
        round(100 * curves.service_level_share, 6) as expected_service_level_pct,
        curves.answer_seconds as expected_speed_of_answer_seconds,
        round(100 * curves.blocked_share, 6) as blocked_without_queue_pct

    from met_agents_staffing_loads as loads

    inner join met_agents_staffing_curves as curves
        on loads.count_offered = curves.count_offered
            and loads.handle_seconds = curves.handle_seconds

    left join dim_queues
        on loads.queue_id = dim_queues.queue_id

)

select * from final
