-- Each living customer has one open stay, and each stay begins on the day when the one
-- before ends.
with

customers as (

    select * from {{ ref('dim_customers') }}
    where is_current and not is_internal

),

spells as (

    select
        *,
        lead(entered_on) over (
            partition by customer_id order by step_number
        ) as next_entered_on

    from {{ ref('met_lifecycle_spells') }}

),

counted as (

    select
        customers.customer_id,
        count(*) filter (
            where spells.customer_id is not null and spells.left_on is null
        ) as count_open,
        count(*) filter (
            where spells.left_on is distinct from spells.next_entered_on
            or spells.left_on <= spells.entered_on
        ) as count_broken

    from customers
    left join spells
        on customers.customer_id = spells.customer_id
    group by customers.customer_id

)

select * from counted
where count_open <> 1 or count_broken > 0
