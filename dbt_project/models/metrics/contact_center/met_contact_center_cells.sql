{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='local_date',
        on_schema_change='fail',
        post_hook="{{ set_mark_from(ref('fct_recounted_call_days'), 'change_seq') }}"
    )
}}
-- Grain: one row per local day and cell: queue interval, segment and market, or agent.
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

kpis as (

    select * from {{ ref('kpis') }}

),

thresholds as (

    select
        max(threshold_milliseconds) filter (where kpi_id = 'K-SL')
            as threshold_milliseconds,
        max(short_abandon_milliseconds) filter (where kpi_id = 'K-SL')
            as short_abandon_milliseconds,
        max(cap_milliseconds) filter (where kpi_id = 'K-AHT' and statistic = 'wrap')
            as wrap_cap_milliseconds

    from kpis

),

days as (

    select event_local_date as local_date

    from fct_recounted_call_days

    where change_seq > {{ mark('fct_recounted_call_days') }}

    group by event_local_date

),

units as (

    select
        'contact' as unit_kind,
        entered_local_date,
        cast(null as timestamp) as interval_start_at,
        answered_local_date,
        cast(null as timestamp) as answered_interval_start_at,
        cast(null as varchar) as queue_id,
        agent_id,
        segment,
        market,
        outcome,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        is_open,
        is_internal,
        direction

    from fct_calls

    union all

    select
        'queue_entry' as unit_kind,
        entered_local_date,
        interval_start_at,
        answered_local_date,
        answered_interval_start_at,
        queue_id,
        agent_id,
        segment,
        market,
        outcome,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        is_open,
        is_internal,
        direction

    from fct_queue_entries

),

classified_units as (

    select
        units.unit_kind,
        units.entered_local_date,
        units.interval_start_at,
        units.answered_local_date,
        units.answered_interval_start_at,
        units.queue_id,
        units.agent_id,
        coalesce(units.segment, 'unknown') as segment,
        coalesce(units.market, 'unknown') as market,
        units.outcome,
        units.wait_milliseconds,
        -- A wait that nobody knows is within no threshold.
        coalesce(
            units.outcome = 'abandoned'
            and units.wait_milliseconds <= thresholds.short_abandon_milliseconds,
            false
        ) as is_short_abandon,
        coalesce(units.wait_milliseconds <= thresholds.threshold_milliseconds, false)
            as is_within_threshold,
        coalesce(units.wait_milliseconds < thresholds.threshold_milliseconds, false)
            as is_below_threshold,
        units.outcome = 'answered'
        and not units.is_open
        and units.talk_milliseconds is not null as is_handled,
        coalesce(units.talk_milliseconds, 0) as talk_milliseconds,
        coalesce(units.hold_milliseconds, 0) as hold_milliseconds,
        least(
            coalesce(units.wrap_milliseconds, 0),
            thresholds.wrap_cap_milliseconds
        ) as wrap_milliseconds,
        coalesce(units.is_transferred, false) as is_transferred

    from units

    cross join thresholds

    where
        not units.is_internal
        and coalesce(units.direction, 'inbound') = 'inbound'
        and (
            units.entered_local_date in (select days.local_date from days)
            or units.answered_local_date in (select days.local_date from days)
        )

),

-- The way in is dated by the entry, what the agent did by the answer.
events as (

    select
        unit_kind,
        entered_local_date as local_date,
        interval_start_at,
        queue_id,
        cast(null as varchar) as agent_id,
        segment,
        market,
        cast(outcome in ('answered', 'abandoned', 'flow_out') as integer) as offered,
        cast(outcome = 'answered' as integer) as answered,
        cast(outcome = 'abandoned' as integer) as abandoned,
        cast(outcome = 'flow_out' as integer) as flow_out,
        cast(outcome = 'blocked' as integer) as blocked,
        cast(is_short_abandon as integer) as short_abandoned,
        cast(outcome = 'answered' and is_within_threshold as integer)
            as answered_within_threshold,
        cast(outcome = 'answered' and is_below_threshold as integer)
            as answered_below_threshold,
        cast(
            outcome = 'abandoned' and is_within_threshold and not is_short_abandon
            as integer
        ) as abandoned_within_threshold,
        wait_milliseconds,
        0 as handled,
        0 as transferred,
        0 as talk_milliseconds,
        0 as hold_milliseconds,
        0 as wrap_milliseconds

    from classified_units

    where outcome in ('answered', 'abandoned', 'flow_out', 'blocked')

    union all

    select
        unit_kind,
        answered_local_date as local_date,
        answered_interval_start_at as interval_start_at,
        queue_id,
        agent_id,
        segment,
        market,
        0 as offered,
        0 as answered,
        0 as abandoned,
        0 as flow_out,
        0 as blocked,
        0 as short_abandoned,
        0 as answered_within_threshold,
        0 as answered_below_threshold,
        0 as abandoned_within_threshold,
        cast(null as bigint) as wait_milliseconds,
        1 as handled,
        cast(is_transferred as integer) as transferred,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds

    from classified_units

    where is_handled

),

cell_kinds as (

    select
        'queue_entry' as unit_kind,
        'queue_interval' as cell_kind

    union all

    select
        'queue_entry' as unit_kind,
        'agent' as cell_kind

    union all

    select
        'contact' as unit_kind,
        'customer' as cell_kind

),

cell_events as (

    select
        cell_kinds.cell_kind,
        events.local_date,
        case when cell_kinds.cell_kind = 'queue_interval' then events.interval_start_at
        end as interval_start_at,
        case when cell_kinds.cell_kind = 'queue_interval' then events.queue_id
        end as queue_id,
        case when cell_kinds.cell_kind = 'agent' then events.agent_id
        end as agent_id,
        case when cell_kinds.cell_kind = 'customer' then events.segment
        end as segment,
        case when cell_kinds.cell_kind = 'customer' then events.market
        end as market,
        events.offered,
        events.answered,
        events.abandoned,
        events.flow_out,
        events.blocked,
        events.short_abandoned,
        events.answered_within_threshold,
        events.answered_below_threshold,
        events.abandoned_within_threshold,
        events.handled,
        events.transferred,
        cast(events.hold_milliseconds > 0 as integer) as held,
        case when events.offered = 1 then events.wait_milliseconds
        end as offered_wait,
        case when events.answered = 1 then events.wait_milliseconds
        end as answered_wait,
        events.talk_milliseconds as talk,
        events.hold_milliseconds as hold,
        events.wrap_milliseconds as wrap,
        events.talk_milliseconds + events.hold_milliseconds + events.wrap_milliseconds
            as handle

    from events

    inner join cell_kinds
        on events.unit_kind = cell_kinds.unit_kind

    where
        events.local_date in (select days.local_date from days)
        and (cell_kinds.cell_kind <> 'agent' or events.agent_id is not null)

),

cells as (

    select
        cell_kind,
        local_date,
        interval_start_at,
        queue_id,
        agent_id,
        segment,
        market,
        cast(sum(offered) as bigint) as count_offered,
        cast(sum(answered) as bigint) as count_answered,
        cast(sum(abandoned) as bigint) as count_abandoned,
        cast(sum(flow_out) as bigint) as count_flow_out,
        cast(sum(blocked) as bigint) as count_blocked,
        cast(sum(short_abandoned) as bigint) as count_short_abandoned,
        cast(sum(answered_within_threshold) as bigint)
            as count_answered_within_threshold,
        cast(sum(answered_below_threshold) as bigint) as count_answered_below_threshold,
        cast(sum(abandoned_within_threshold) as bigint)
            as count_abandoned_within_threshold,
        cast(sum(handled) as bigint) as count_handled,
        cast(sum(transferred) as bigint) as count_transferred,
        cast(sum(held) as bigint) as count_held,
        -- A wait that nobody measured is in no mean: it is neither summed nor counted.
        count(offered_wait) as count_offered_waits,
        count(answered_wait) as count_answered_waits,
        cast(coalesce(sum(offered_wait), 0) as bigint) as offered_wait_milliseconds,
        cast(
            coalesce(sum(cast(offered_wait as decimal(18, 0)) * offered_wait), 0)
            as decimal(38, 0)
        ) as offered_wait_squares,
        cast(coalesce(sum(answered_wait), 0) as bigint) as answered_wait_milliseconds,
        cast(
            coalesce(sum(cast(answered_wait as decimal(18, 0)) * answered_wait), 0)
            as decimal(38, 0)
        ) as answered_wait_squares,
        cast(sum(talk) as bigint) as talk_milliseconds,
        cast(
            sum(cast(talk as decimal(18, 0)) * talk) as decimal(38, 0)
        ) as talk_squares,
        cast(sum(hold) as bigint) as hold_milliseconds,
        cast(
            sum(cast(hold as decimal(18, 0)) * hold) as decimal(38, 0)
        ) as hold_squares,
        cast(sum(wrap) as bigint) as wrap_milliseconds,
        cast(
            sum(cast(wrap as decimal(18, 0)) * wrap) as decimal(38, 0)
        ) as wrap_squares,
        cast(sum(handle) as bigint) as handle_milliseconds,
        cast(
            sum(cast(handle as decimal(18, 0)) * handle) as decimal(38, 0)
        ) as handle_squares

    from cell_events

    group by
        cell_kind,
        local_date,
        interval_start_at,
        queue_id,
        agent_id,
        segment,
        market

),

-- A recomputed day always leaves a row, so that the rows of an emptied day are deleted.
markers as (

    select
        'day' as cell_kind,
        local_date,
        cast(null as timestamp) as interval_start_at,
        cast(null as varchar) as queue_id,
        cast(null as varchar) as agent_id,
        cast(null as varchar) as segment,
        cast(null as varchar) as market,
        0 as count_offered,
        0 as count_answered,
        0 as count_abandoned,
        0 as count_flow_out,
        0 as count_blocked,
        0 as count_short_abandoned,
        0 as count_answered_within_threshold,
        0 as count_answered_below_threshold,
        0 as count_abandoned_within_threshold,
        0 as count_handled,
        0 as count_transferred,
        0 as count_held,
        0 as count_offered_waits,
        0 as count_answered_waits,
        0 as offered_wait_milliseconds,
        0 as offered_wait_squares,
        0 as answered_wait_milliseconds,
        0 as answered_wait_squares,
        0 as talk_milliseconds,
        0 as talk_squares,
        0 as hold_milliseconds,
        0 as hold_squares,
        0 as wrap_milliseconds,
        0 as wrap_squares,
        0 as handle_milliseconds,
        0 as handle_squares

    from days

),

final as (

    select * from cells

    union all

    select * from markers

)

select * from final
