{{ config(materialized='view') }}
-- Grain: one row per customer and day on which an order, or a contract's start or end,
-- may change the lifecycle state.
with

fct_orders as (

    select * from {{ ref('fct_orders') }}
    where status = 'completed' and not is_internal

),

fct_subscriptions as (

    select * from {{ ref('fct_subscriptions') }}
    where
        not is_internal
        and started_on < coalesce(ended_on, date '9999-12-31')

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

changes as (

    select
        customer_id,
        ordered_local_date as changed_on,
        1 as has_order,
        0 as change_of_contracts

    from fct_orders
    union all
    select
        customer_id,
        started_on as changed_on,
        0 as has_order,
        1 as change_of_contracts

    from fct_subscriptions
    union all
    select
        fct_subscriptions.customer_id,
        fct_subscriptions.ended_on as changed_on,
        0 as has_order,
        -1 as change_of_contracts

    from fct_subscriptions
    inner join dim_run
        on fct_subscriptions.ended_on <= dim_run.as_of

),

days as (

    select
        customer_id,
        changed_on,
        max(has_order) = 1 as has_order,
        sum(change_of_contracts) as change_of_contracts

    from changes
    group by customer_id, changed_on

),

final as (

    select
        customer_id,
        changed_on,
        has_order,
        cast(sum(change_of_contracts) over (
            partition by customer_id order by changed_on
        ) as bigint) as count_contracts,
        lead(changed_on, 1, date '9999-12-31') over (
            partition by customer_id order by changed_on
        ) as next_changed_on

    from days

)

select * from final
