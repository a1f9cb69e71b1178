{{ config(materialized='view') }}
-- Grain: one row per queue, or none, and local day with an answer or a recording.
with

met_agents_recording_days as (

    select * from {{ ref('met_agents_recording_days') }}

),

dim_queues as (

    select * from {{ ref('dim_queues') }}

),

final as (

    select
        concat_ws('|', coalesce(days.queue_id, ''), days.local_date) as queue_day_id,
        days.queue_id,
        dim_queues.queue_name,
        days.local_date,
        days.count_answered,
        days.count_refused,
        days.count_eligible,
        days.count_recorded,
        days.count_eligible - days.count_recorded as count_not_recorded,
        days.count_recorded_against_refusal,
        {{ percentage('days.count_recorded', 'days.count_eligible') }} as recorded_pct,
        {{ percentage_bound('days.count_recorded', 'days.count_eligible', '-') }}
            as recorded_ci_low,
        {{ percentage_bound('days.count_recorded', 'days.count_eligible', '+') }}
            as recorded_ci_high,
        days.count_recordings,
        days.count_recordings_without_call,
        days.count_past_retention,
        days.count_overdue,
        {{ percentage('days.count_overdue', 'days.count_past_retention') }}
            as overdue_pct

    from met_agents_recording_days as days

    left join dim_queues
        on days.queue_id = dim_queues.queue_id

)

select * from final
