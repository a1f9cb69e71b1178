{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='local_date',
        on_schema_change='fail',
        post_hook="{{ set_mark_from(ref('fct_recounted_call_days'), 'change_seq') }}"
    )
}}
-- Grain: one row per local day, queue or whole company, and half hour with a call.
with

fct_recounted_call_days as (

    select * from {{ ref('fct_recounted_call_days') }}

),

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

fct_queue_entries as (

    select * from {{ ref('fct_queue_entries') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

changed_days as (

    select event_local_date as local_date

    from fct_recounted_call_days

    where change_seq > {{ mark('fct_recounted_call_days') }}

    group by event_local_date

),

-- A call reaches into the day after its own at most; one day asked for twice is one.
days as (

    select local_date from changed_days

    union

    select cast(local_date + interval 1 day as date) as local_date from changed_days

),

units as (

    select
        'company' as grain_name,
        'company' as grain_key,
        entered_at,
        answered_at,
        ended_at as left_at,
        entered_local_date,
        outcome,
        is_internal,
        direction

    from fct_calls

    union all

    select
        'queue' as grain_name,
        queue_id as grain_key,
        entered_at,
        answered_at,
        left_at,
        entered_local_date,
        outcome,
        is_internal,
        direction

    from fct_queue_entries

    where queue_id is not null

),

-- A call that never hung up ends where it was last heard of; none outlasts a day.
stays as (

    select
        grain_name,
        grain_key,
        entered_at,
        answered_at,
        least(
            coalesce(left_at, answered_at, entered_at), entered_at + interval 1 day
        ) as left_at

    from units

    where
        not is_internal
        and coalesce(direction, 'inbound') = 'inbound'
        and outcome in ('answered', 'abandoned', 'flow_out')
        and (
            entered_local_date in (select days.local_date from days)
            or cast(entered_local_date + interval 1 day as date) in (
                select days.local_date from days
            )
        )

),

events as (

    select
        grain_name,
        grain_key,
        entered_at as occurred_at,
        1 as change_of_calls,
        1 as count_entered

    from stays

    union all

    select
        grain_name,
        grain_key,
        left_at as occurred_at,
        -1 as change_of_calls,
        0 as count_entered

    from stays

    -- An answer changes no count: it puts the call into the half hour of its answer.
    union all

    select
        grain_name,
        grain_key,
        answered_at as occurred_at,
        0 as change_of_calls,
        0 as count_entered

    from stays

    where answered_at > entered_at and answered_at < left_at

),

-- Half-open: at one instant ends come before starts. Equal events are interchangeable.
swept_events as (

    select
        events.grain_name,
        events.grain_key,
        events.change_of_calls,
        events.count_entered,
        {{ to_local('events.occurred_at', 'dim_run.time_zone') }} as local_at,
        cast(sum(events.change_of_calls) over (
            partition by events.grain_name, events.grain_key
            order by events.occurred_at, events.change_of_calls
            rows between unbounded preceding and current row
        ) as bigint) as count_calls

    from events

    cross join dim_run

),

placed_events as (

    select
        *,
        cast(local_at as date) as local_date,
        {{ half_hour('local_at') }} as interval_start_at

    from swept_events

),

cells as (

    select
        grain_name,
        grain_key,
        local_date,
        interval_start_at,
        cast(sum(count_entered) as bigint) as count_entered,
        -- What the first event of a half hour met had been there from its start.
        cast(max(greatest(
            count_calls,
            case when local_at > interval_start_at then count_calls - change_of_calls
                else 0
            end
        )) as bigint) as peak_concurrent_calls

    from placed_events

    where local_date in (select days.local_date from days)

    group by grain_name, grain_key, local_date, interval_start_at

),

-- A recomputed day always leaves a row, so that the rows of an emptied day are deleted.
final as (

    select * from cells

    union all

    select
        'none' as grain_name,
        'none' as grain_key,
        local_date,
        cast(local_date as timestamp) as interval_start_at,
        0 as count_entered,
        0 as peak_concurrent_calls

    from days

)

select * from final
