{{ config(materialized='view') }}
-- Grain: one row per queue, age band and local day at whose end a ticket was unsolved.
with

met_service_desk_backlog as (

    select * from {{ ref('met_service_desk_backlog') }}

),

dim_queues as (

    select * from {{ ref('dim_queues') }}

),

final as (

    select
        backlog.queue_id,
        dim_queues.queue_name,
        backlog.age_band,
        backlog.local_date,
        backlog.count_open_tickets,
        backlog.count_waiting_for_customer,
        backlog.count_old_tickets,
        backlog.oldest_age_days

    from met_service_desk_backlog as backlog

    left join dim_queues
        on backlog.queue_id = dim_queues.queue_id

)

select * from final
