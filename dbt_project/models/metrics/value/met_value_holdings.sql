-- Grain: one row per person with a living customer record and product ever had.
with

dim_customers as (

    select * from {{ ref('dim_customers') }}
    where is_current and not is_internal

),

fct_orders as (

    select * from {{ ref('fct_orders') }}
    where status = 'completed' and not is_internal

),

fct_subscriptions as (

    select * from {{ ref('fct_subscriptions') }}
    where not is_internal

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- What is bought again and again is had once.
had as (

    select
        customer_id,
        product_name

    from fct_orders

    union distinct

    select
        fct_subscriptions.customer_id,
        fct_subscriptions.plan_name as product_name

    from fct_subscriptions

    inner join dim_run
        on fct_subscriptions.started_on < dim_run.as_of

),

final as (

    select
        had.customer_id,
        had.product_name,
        coalesce(dim_customers.market, 'unknown') as market

    from had

    inner join dim_customers
        on had.customer_id = dim_customers.customer_id

    where had.product_name is not null

)

select * from final
