-- Grain: one row per menu, node and local day on which a call that reached it came in.
with

fct_ivr_calls as (

    select * from {{ ref('fct_ivr_calls') }}
    where not is_internal

),

fct_ivr_events as (

    select * from {{ ref('fct_ivr_events') }}

),

visits as (

    select
        ivr_call_id,
        coalesce(menu, 'unknown') as menu,
        node,
        max(occurred_at) as last_occurred_at,
        max(ivr_event_id) as last_event_id

    from fct_ivr_events

    group by ivr_call_id, coalesce(menu, 'unknown'), node

),

-- Of two nodes of one instant, the one with the greater key is the last.
ended_visits as (

    select
        *,
        row_number() over (
            partition by ivr_call_id
            order by last_occurred_at desc, last_event_id desc
        ) = 1 as is_end

    from visits

),

final as (

    select
        visits.menu,
        visits.node,
        calls.entered_local_date as local_date,
        cast(count(*) as bigint) as count_reached,
        cast(count(*) filter (where visits.is_end) as bigint) as count_ended,
        cast(
            count(*) filter (where visits.is_end and calls.outcome = 'contained')
            as bigint
        ) as count_contained,
        cast(
            count(*) filter (where visits.is_end and calls.outcome = 'dropped')
            as bigint
        ) as count_dropped,
        cast(
            count(*) filter (where visits.is_end and calls.outcome = 'queued')
            as bigint
        ) as count_queued

    from ended_visits as visits

    inner join fct_ivr_calls as calls
        on visits.ivr_call_id = calls.ivr_call_id

    group by visits.menu, visits.node, calls.entered_local_date

)

select * from final
