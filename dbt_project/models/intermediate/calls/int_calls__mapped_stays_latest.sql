{{ config(
    materialized='incremental',
    unique_key='queue_entry_id',
    post_hook="{{ set_mark('mapped__calls') }}",
) }}
-- Grain: one row per call and queue of a call center without a reader of its own.
with

calls as (

    select * from {{ ref('stg_mapped__calls') }}
    where _load_seq > {{ mark('mapped__calls') }}

),

answered as (

    select
        *,
        case
            when outcome = 'answered'
                then
                    {{ dbt.dateadd('millisecond', 'wait_milliseconds', 'entered_at') }}
        end as answered_at

    from calls

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        answered.queue_entry_id,
        answered.contact_id,
        answered.source_id,
        answered.call_number as call_id,
        answered.queue_name,
        answered.agent_number,
        answered.customer_key,
        answered.phone_key,
        answered.direction,
        answered.outcome,
        answered.reason,
        answered.wait_milliseconds,
        answered.talk_milliseconds,
        answered.hold_milliseconds,
        answered.wrap_milliseconds,
        coalesce(answered.is_transferred, false) as is_transferred,
        answered.entered_at,
        answered.answered_at,
        answered.ended_at,
        {{ to_local('answered.entered_at', 'run.time_zone') }} as entered_local_at,
        {{ to_local('answered.answered_at', 'run.time_zone') }} as answered_local_at,
        answered.source_version,
        answered._load_seq,
        answered._landed_at,
        answered._op,
        answered._row_hash

    from answered
    cross join run

),

{{ latest_version('new_rows', 'queue_entry_id') }}

select * from final
