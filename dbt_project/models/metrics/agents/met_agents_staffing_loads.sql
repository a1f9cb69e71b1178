-- Grain: one row per queue and half hour in which a contact entered.
with

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}
    where cell_kind = 'queue_interval' and queue_id is not null

),

handle_times as (

    select
        queue_id,
        date_trunc('month', local_date) as month_start_date,
        cast(
            round({{ ratio('sum(handle_milliseconds)', 'sum(count_handled)') }} / 1000)
            as bigint
        ) as handle_seconds

    from met_contact_center_cells

    group by queue_id, date_trunc('month', local_date)

),

final as (

    select
        cells.queue_id,
        cells.interval_start_at,
        cells.local_date,
        cells.count_offered,
        handle_times.handle_seconds

    from met_contact_center_cells as cells

    inner join handle_times
        on cells.queue_id = handle_times.queue_id
            and date_trunc('month', cells.local_date) = handle_times.month_start_date

    where cells.count_offered > 0 and handle_times.handle_seconds > 0

)

select * from final
