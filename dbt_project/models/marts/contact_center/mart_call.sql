{{ config(materialized='view') }}
-- Grain: one row per contact that reached the call center.
with

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

met_agents_retried_calls as (

    select * from {{ ref('met_agents_retried_calls') }}

),

met_agents_misrouted_calls as (

    select * from {{ ref('met_agents_misrouted_calls') }}

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

calls as (

    select
        fct_calls.*,
        not fct_calls.is_internal
        and coalesce(fct_calls.direction, 'inbound') = 'inbound' as is_counted,
        -- Where nobody measured the wait, nobody can say that it was short.
        fct_calls.wait_milliseconds <= thresholds.threshold_milliseconds
            as is_within_threshold,
        fct_calls.wait_milliseconds <= thresholds.short_abandon_milliseconds
            as is_short,
        fct_calls.talk_milliseconds is not null
        and not fct_calls.is_open as is_finished,
        thresholds.wrap_cap_milliseconds,
        retried_calls.contact_id is not null as is_retried_at_once,
        misrouted_calls.contact_id is not null as is_passed_on_at_once

    from fct_calls

    cross join thresholds

    left join met_agents_retried_calls as retried_calls
        on fct_calls.contact_id = retried_calls.contact_id

    left join met_agents_misrouted_calls as misrouted_calls
        on fct_calls.contact_id = misrouted_calls.contact_id

),

final as (

    select
        contact_id,
        source_id,
        first_queue_id,
        last_queue_id,
        agent_id,
        customer_id,
        is_known_customer,
        coalesce(segment, 'unknown') as segment,
        coalesce(market, 'unknown') as market,
        direction,
        reason,
        entered_at,
        entered_local_date,
        answered_local_date,
        ended_at,
        outcome,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        count_queue_entries,
        is_counted,
        is_internal,
        is_open,
        coalesce(
            is_counted and outcome in ('answered', 'abandoned', 'flow_out'), false
        ) as is_offered,
        coalesce(is_counted and outcome = 'answered', false) as is_answered,
        coalesce(is_counted and outcome = 'abandoned', false) as is_abandoned,
        coalesce(is_counted and outcome = 'flow_out', false) as is_flow_out,
        coalesce(is_counted and outcome = 'blocked', false) as is_blocked,
        coalesce(is_counted and outcome = 'abandoned' and is_short, false)
            as is_short_abandon,
        coalesce(
            is_counted and outcome = 'answered' and is_within_threshold, false
        ) as is_answered_within_threshold,
        coalesce(is_counted and outcome = 'answered' and is_finished, false)
            as is_handled,
        coalesce(
            is_counted and outcome = 'answered' and is_finished and is_transferred,
            false
        ) as is_transferred,
        coalesce(
            is_counted and outcome = 'answered' and is_finished
            and is_passed_on_at_once,
            false
        ) as is_misrouted,
        coalesce(
            is_counted and outcome = 'answered' and is_finished
            and hold_milliseconds > 0,
            false
        ) as is_held,
        is_retried_at_once,
        coalesce(wrap_milliseconds > wrap_cap_milliseconds, false) as is_wrap_capped,
        coalesce(outcome = 'answered' and talk_milliseconds < 10000, false)
            as is_short_talk

    from calls

)

select * from final
