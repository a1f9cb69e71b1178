{{ config(materialized='view') }}
-- Grain: one row per queue and half hour in which a contact entered or was answered.
with

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}

),

met_contact_center_concurrency as (

    select * from {{ ref('met_contact_center_concurrency') }}

),

dim_queues as (

    select * from {{ ref('dim_queues') }}

),

final as (

    select
        cells.queue_id,
        dim_queues.queue_name,
        cells.interval_start_at,
        cells.local_date,
        cells.count_offered,
        cells.count_answered,
        cells.count_abandoned,
        cells.count_flow_out,
        cells.count_blocked,
        cells.count_short_abandoned,
        cells.count_answered_within_threshold,
        cells.count_handled,
        cells.count_transferred,
        cells.count_held,
        cells.count_offered_waits,
        cells.count_answered_waits,
        cells.offered_wait_milliseconds,
        cells.answered_wait_milliseconds,
        cells.talk_milliseconds,
        cells.hold_milliseconds,
        cells.wrap_milliseconds,
        cells.handle_milliseconds,
        {{ percentage(
            'cells.count_answered_within_threshold',
            '(cells.count_offered - cells.count_short_abandoned)'
        ) }} as service_level_pct,
        {{ mean_seconds(
            'cells.answered_wait_milliseconds', 'cells.count_answered_waits'
        ) }} as average_speed_of_answer_seconds,
        {{ mean_seconds(
            'cells.offered_wait_milliseconds', 'cells.count_offered_waits'
        ) }} as average_wait_seconds,
        {{ percentage(
            '(cells.count_abandoned - cells.count_short_abandoned)',
            '(cells.count_offered - cells.count_short_abandoned)'
        ) }} as abandonment_pct,
        {{ percentage(
            'cells.count_blocked', '(cells.count_offered + cells.count_blocked)'
        ) }} as busy_pct,
        {{ mean_seconds('cells.handle_milliseconds', 'cells.count_handled') }}
            as average_handle_seconds,
        {{ percentage('cells.count_transferred', 'cells.count_handled') }}
            as transfer_pct,
        {{ percentage('cells.count_held', 'cells.count_handled') }} as held_pct,
        {{ mean_seconds('cells.hold_milliseconds', 'cells.count_held') }}
            as average_hold_seconds,
        concurrency.peak_concurrent_calls

    from met_contact_center_cells as cells

    left join met_contact_center_concurrency as concurrency
        on concurrency.grain_name = 'queue'
            and cells.queue_id = concurrency.grain_key
            and cells.interval_start_at = concurrency.interval_start_at

    left join dim_queues
        on cells.queue_id = dim_queues.queue_id

    where
        cells.cell_kind = 'queue_interval'
        and cells.queue_id is not null

)

select * from final
