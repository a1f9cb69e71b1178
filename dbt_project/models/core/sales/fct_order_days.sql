-- Grain: one row per person and day with a completed order.
with

orders as (

    select * from {{ ref('fct_orders') }}
    where status = 'completed' and customer_id is not null

),

-- Orders of one day are one purchase; the person is the merged one.
days as (

    select
        customer_id,
        ordered_local_date,
        count(*) as count_orders,
        bool_or(is_internal) as is_internal

    from orders
    group by customer_id, ordered_local_date

),

final as (

    select
        customer_id,
        ordered_local_date,
        count_orders,
        row_number() over (
            partition by customer_id order by ordered_local_date
        ) as day_number,
        min(ordered_local_date) over (partition by customer_id)
            as first_ordered_local_date,
        lag(ordered_local_date) over (
            partition by customer_id order by ordered_local_date
        ) as previous_ordered_local_date,
        ordered_local_date > min(ordered_local_date) over (partition by customer_id)
            as is_repeat,
        is_internal

    from days

)

select * from final
