{{ config(materialized='view') }}
-- Grain: one row per offered contact, and stay in a queue, with its durations.
with

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

fct_queue_entries as (

    select * from {{ ref('fct_queue_entries') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-AHT' and statistic = 'wrap'

),

wrap_caps as (

    select max(cap_milliseconds) as wrap_cap_milliseconds

    from kpis

),

units as (

    select
        'contact' as unit_kind,
        cast(null as varchar) as queue_id,
        segment,
        market,
        entered_local_date,
        answered_local_date,
        outcome,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_open,
        is_internal,
        direction

    from fct_calls

    union all

    select
        'queue_entry' as unit_kind,
        queue_id,
        segment,
        market,
        entered_local_date,
        answered_local_date,
        outcome,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_open,
        is_internal,
        direction

    from fct_queue_entries

),

final as (

    select
        units.unit_kind,
        units.queue_id,
        units.segment,
        units.market,
        units.entered_local_date,
        units.answered_local_date,
        units.wait_milliseconds,
        case when units.outcome = 'answered' then units.wait_milliseconds
        end as answer_milliseconds,
        case
            when units.outcome = 'answered' and not units.is_open
                then units.talk_milliseconds
                    + coalesce(units.hold_milliseconds, 0)
                    + least(
                        coalesce(units.wrap_milliseconds, 0),
                        wrap_caps.wrap_cap_milliseconds
                    )
        end as handle_milliseconds

    from units

    cross join wrap_caps

    where
        not units.is_internal
        and coalesce(units.direction, 'inbound') = 'inbound'
        and units.outcome in ('answered', 'abandoned', 'flow_out')

)

select * from final
