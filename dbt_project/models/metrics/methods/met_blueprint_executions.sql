-- Grain: one row per local day, step of the blueprint, market, fate and duration.
with

blueprint_steps as (

    select * from {{ ref('blueprint_steps') }}
    where measure is not null

),

fct_queue_entries as (

    select * from {{ ref('fct_queue_entries') }}
    where
        outcome in ('answered', 'abandoned')
        and not is_internal
        and not is_open

),

fct_order_deliveries as (

    select * from {{ ref('fct_order_deliveries') }}
    where delivered_local_date is not null and not is_internal

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}
    where
        first_replied_at is not null
        and not is_internal
        and not is_spam
        and not is_merged
        and not is_clock_skewed

),

-- A caller who gives up was not answered, a delivery fails by any of its parts, a
-- ticket that comes back was not answered well.
executions as (

    select
        'call_wait' as measure,
        entered_local_date as local_date,
        market,
        outcome = 'abandoned' as is_failed,
        wait_milliseconds as milliseconds

    from fct_queue_entries

    union all

    select
        'delivery' as measure,
        delivered_local_date as local_date,
        market,
        not coalesce(is_perfect, is_on_time, true) as is_failed,
        {{ dbt.datediff('ordered_at', 'delivered_at', 'millisecond') }} as milliseconds

    from fct_order_deliveries

    union all

    select
        'first_reply' as measure,
        created_local_date as local_date,
        market,
        count_reopens > 0 as is_failed,
        first_response_business_milliseconds as milliseconds

    from fct_tickets

),

final as (

    select
        blueprint_steps.step,
        blueprint_steps.touchpoint,
        blueprint_steps.standard_milliseconds,
        executions.local_date,
        coalesce(executions.market, 'unknown') as market,
        executions.is_failed,
        executions.milliseconds,
        count(*) as count_executions

    from executions

    inner join blueprint_steps
        on executions.measure = blueprint_steps.measure

    group by
        blueprint_steps.step,
        blueprint_steps.touchpoint,
        blueprint_steps.standard_milliseconds,
        executions.local_date,
        coalesce(executions.market, 'unknown'),
        executions.is_failed,
        executions.milliseconds

)

select * from final
