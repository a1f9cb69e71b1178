{{ config(
    materialized='incremental',
    incremental_strategy='append',
    unique_key=none,
    post_hook=[
        "{{ set_mark_from(ref('int_calls__asterisk_stays_derived'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_calls__mapped_stays_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_calls__stays_identified'), 'change_seq') }}",
        "{{ set_mark_from(ref('stg_meta__run'), 'as_of_day') }}",
    ],
) }}
-- Grain: one row per local day to be counted again and run that found it.
with

run as (

    select * from {{ ref('stg_meta__run') }}

),

stays as (

    select
        cast(entered_local_at as date) as entered_local_date,
        cast(answered_local_at as date) as answered_local_date,
        change_seq

    from {{ ref('int_calls__stays_identified') }}
    where not is_deleted

),

changed_calls as (

    select
        source_id,
        call_id

    from {{ ref('int_calls__asterisk_stays_derived') }}
    where change_seq > {{ mark('int_calls__asterisk_stays_derived') }}
    group by source_id, call_id

),

changed_entries as (

    select queue_entry_id
    from {{ ref('int_calls__mapped_stays_latest') }}
    where change_seq > {{ mark('int_calls__mapped_stays_latest') }}

),

log_events as (

    select
        source_id,
        call_id,
        occurred_at

    from {{ ref('stg_asterisk__queue_log') }}

),

legs as (

    select
        source_id,
        unique_id,
        started_at

    from {{ ref('stg_asterisk__cdr') }}
    where last_application = 'Queue'

),

calls as (

    select
        queue_entry_id,
        entered_at,
        wait_milliseconds

    from {{ ref('stg_mapped__calls') }}
    where entered_at is not null

),

-- Every version counts: the day that a call left has changed as well.
touched as (

    select log_events.occurred_at as touched_at
    from log_events
    inner join changed_calls
        on log_events.source_id = changed_calls.source_id
            and log_events.call_id = changed_calls.call_id
    union all
    select legs.started_at as touched_at
    from legs
    inner join changed_calls
        on legs.source_id = changed_calls.source_id
            and legs.unique_id = changed_calls.call_id
    union all
    select calls.entered_at as touched_at
    from calls
    inner join changed_entries
        on calls.queue_entry_id = changed_entries.queue_entry_id
    union all
    select
        {{ dbt.dateadd(
            'millisecond', 'coalesce(calls.wait_milliseconds, 0)', 'calls.entered_at'
        ) }} as touched_at
    from calls
    inner join changed_entries
        on calls.queue_entry_id = changed_entries.queue_entry_id

),

-- Whose a call is, and what that person was then, may change without news of the call.
revisited as (

    select
        entered_local_date,
        answered_local_date

    from stays
    where change_seq > {{ mark('int_calls__stays_identified') }}
    union all
    -- Days that were not yet complete when their calls were read.
    select
        stays.entered_local_date,
        stays.answered_local_date

    from stays
    cross join run
    where
        {{ dbt.datediff(
            "cast('1970-01-01' as date)", 'stays.entered_local_date', 'day'
        ) }}
        between {{ mark('stg_meta__run') }} and run.as_of_day - 1

),

days as (

    select
        cast({{ to_local('touched.touched_at', 'run.time_zone') }} as date)
            as local_date
    from touched
    cross join run
    union
    select entered_local_date as local_date
    from revisited
    union
    select answered_local_date as local_date
    from revisited
    where answered_local_date is not null

),

final as (

    select
        days.local_date as event_local_date,
        run.change_seq

    from days
    cross join run

)

select * from final
