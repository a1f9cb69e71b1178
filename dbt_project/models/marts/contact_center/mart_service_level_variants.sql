{{ config(materialized='view') }}
-- Grain: one row per queue and half hour in which a contact entered.
with

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}

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
        cells.count_short_abandoned,
        cells.count_answered_within_threshold,
        cells.count_answered_below_threshold,
        cells.count_abandoned_within_threshold,
        {{ percentage(
            'cells.count_answered_within_threshold',
            '(cells.count_offered - cells.count_short_abandoned)'
        ) }} as service_level_pct,
        {{ percentage(
            'cells.count_answered_within_threshold',
            '(cells.count_answered + cells.count_abandoned)'
        ) }} as service_level_v1_pct,
        {{ percentage(
            'cells.count_answered_within_threshold',
            '(cells.count_answered + cells.count_abandoned'
            ~ ' - cells.count_short_abandoned)'
        ) }} as service_level_v2_pct,
        {{ percentage(
            'cells.count_answered_within_threshold', 'cells.count_offered'
        ) }} as service_level_v3_pct,
        {{ percentage(
            'cells.count_answered_within_threshold', 'cells.count_answered'
        ) }} as service_level_v4_pct,
        {{ percentage(
            '(cells.count_answered_within_threshold'
            ~ ' + cells.count_abandoned_within_threshold)',
            '(cells.count_offered - cells.count_short_abandoned)'
        ) }} as service_level_v5_pct,
        {{ percentage(
            'cells.count_answered_below_threshold',
            '(cells.count_offered - cells.count_short_abandoned)'
        ) }} as service_level_v6_pct

    from met_contact_center_cells as cells

    left join dim_queues
        on cells.queue_id = dim_queues.queue_id

    where
        cells.cell_kind = 'queue_interval'
        and cells.queue_id is not null
        and cells.count_offered > 0

)

select * from final
