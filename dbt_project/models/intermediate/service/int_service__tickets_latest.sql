{{ config(
    materialized='incremental',
    unique_key='ticket_id',
    post_hook="{{ set_mark('mapped__tickets') }}",
) }}
-- Grain: one row per ticket, chat conversation or lead that waits for an answer, its
-- latest version.
with

tickets as (

    select * from {{ ref('stg_mapped__tickets') }}
    where _load_seq > {{ mark('mapped__tickets') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        tickets.ticket_id,
        tickets.source_id,
        coalesce(
            tickets.customer_key,
            case when not tickets.email_is_shared then tickets.email_key end,
            tickets.phone_key,
            'ticket:' || tickets.ticket_id
        ) as identity_key,
        tickets.customer_key,
        tickets.email_key,
        tickets.email_is_shared,
        tickets.phone_key,
        tickets.channel,
        tickets.queue,
        tickets.agent_number,
        tickets.reason,
        tickets.product_name,
        tickets.priority,
        tickets.status,
        tickets.is_complaint,
        tickets.is_spam,
        tickets.merged_into_ticket_id,
        tickets.created_at,
        tickets.first_due_at,
        tickets.solve_due_at,
        tickets.solved_at,
        cast({{ to_local('tickets.created_at', 'run.time_zone') }} as date)
            as created_local_date,
        tickets.source_version,
        tickets._load_seq,
        tickets._landed_at,
        tickets._op,
        tickets._row_hash

    from tickets
    cross join run

),

{{ latest_version('new_rows', 'ticket_id') }}

select * from final
