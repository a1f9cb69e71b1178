{{ config(materialized='view') }}
-- Grain: one row per customer and order day without a contract that a lapse follows.
with

met_lifecycle_events as (

    select * from {{ ref('met_lifecycle_events') }}
    where has_order and count_contracts = 0

),

met_lapse_windows as (

    select * from {{ ref('met_lapse_windows') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

reference_days as (

    select reference_date from met_lapse_windows
    union
    select as_of as reference_date from dim_run

),

-- Whoever is judged on as_of is judged for that day alone.
judgements as (

    select
        reference_date,
        lead(reference_date, 1, cast(reference_date + interval 1 day as date)) over (
            order by reference_date
        ) as next_reference_date

    from reference_days

),

shortest_window as (

    select
        least(
            coalesce(min(window_days), {{ var('lapse_window_days') }}),
            {{ var('lapse_window_days') }}
        ) as window_days

    from met_lapse_windows

),

-- Most silences end by an order long before anyone could lapse.
silences as (

    select
        events.customer_id,
        events.changed_on,
        events.next_changed_on,
        cast(
            events.changed_on + interval 1 day * shortest_window.window_days as date
        ) as earliest_lapse_date

    from met_lifecycle_events as events
    cross join shortest_window
    where
        events.next_changed_on
        > cast(
            events.changed_on + interval 1 day * shortest_window.window_days as date
        )

),

candidates as (

    select
        silences.customer_id,
        silences.changed_on,
        silences.next_changed_on,
        judgements.reference_date,
        judgements.next_reference_date,
        cast(
            silences.changed_on + interval 1 day * (
                1 + coalesce(
                    windows.window_days, {{ var('lapse_window_days') }}
                )
            ) as date
        ) as due_on

    from silences
    inner join judgements
        on silences.earliest_lapse_date < judgements.next_reference_date
            and silences.next_changed_on > judgements.reference_date
    left join dim_customers
        on silences.customer_id = dim_customers.customer_id
            and dim_customers.valid_from
            <= cast(judgements.reference_date as timestamp)
            and dim_customers.valid_to
            > cast(judgements.reference_date as timestamp)
    left join met_lapse_windows as windows
        on judgements.reference_date = windows.reference_date
            and coalesce(dim_customers.segment, 'unknown') = windows.segment

),

final as (

    select
        customer_id,
        changed_on,
        min(greatest(due_on, reference_date)) as lapsed_on

    from candidates
    where
        due_on < next_reference_date
        and greatest(due_on, reference_date) < next_changed_on
    group by customer_id, changed_on

)

select * from final
