-- Grain: one row per person as of the run: what the person brought and cost so far.
with

met_value_entries as (

    select * from {{ ref('met_value_entries') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}
    where is_current

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Revenue of someone without a customer record is revenue too.
people as (

    select customer_id
    from dim_customers
    where not is_internal

    union

    select customer_id
    from met_value_entries
    where entry_kind <> 'contact'

),

accounts as (

    select
        customer_id,
        cast(sum(revenue_amount) as decimal(18, 2)) as net_revenue_amount,
        cast(sum(revenue_real_amount) as decimal(18, 2)) as net_revenue_real_amount,
        cast(sum(margin_amount) as decimal(18, 2)) as margin_amount,
        cast(sum(margin_real_amount) as decimal(18, 2)) as margin_real_amount,
        cast(sum(service_cost_amount) as decimal(18, 2)) as service_cost_amount,
        cast(sum(service_cost_real_amount) as decimal(18, 2))
            as service_cost_real_amount,
        cast(
            sum(revenue_real_amount) filter (where entry_kind in ('order', 'refund'))
            as decimal(18, 2)
        ) as order_revenue_real_amount,
        cast(sum(count_contacts) as bigint) as count_contacts,
        cast(sum(count_unpriced) as bigint) as count_unpriced

    from met_value_entries

    group by customer_id

),

order_days as (

    select
        customer_id,
        local_date,
        revenue_amount,
        revenue_real_amount,
        local_date > min(local_date) over (partition by customer_id) as is_repeat

    from met_value_entries

    where entry_kind = 'order'

),

purchases as (

    select
        customer_id,
        count(*) as count_order_days,
        count(*) filter (where is_repeat) as count_repeat_order_days,
        min(local_date) as first_order_date,
        max(local_date) as last_order_date,
        cast(sum(revenue_amount) filter (where is_repeat) as decimal(18, 2))
            as repeat_revenue_amount,
        cast(sum(revenue_real_amount) filter (where is_repeat) as decimal(18, 2))
            as repeat_revenue_real_amount

    from order_days

    group by customer_id

),

final as (

    select
        people.customer_id,
        dim_run.as_of,
        cast(dim_run.as_of - interval 1 day as date) as snapshot_date,
        coalesce(dim_customers.segment, 'unknown') as segment,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(accounts.net_revenue_amount, 0) as net_revenue_amount,
        coalesce(accounts.net_revenue_real_amount, 0) as net_revenue_real_amount,
        coalesce(accounts.margin_amount, 0) as margin_amount,
        coalesce(accounts.margin_real_amount, 0) as margin_real_amount,
        coalesce(accounts.count_contacts, 0) as count_contacts,
        coalesce(accounts.service_cost_amount, 0) as service_cost_amount,
        coalesce(accounts.service_cost_real_amount, 0) as service_cost_real_amount,
        coalesce(accounts.margin_amount - accounts.service_cost_amount, 0)
            as clv_historic_amount,
        coalesce(accounts.margin_real_amount - accounts.service_cost_real_amount, 0)
            as clv_historic_real_amount,
        accounts.order_revenue_real_amount,
        coalesce(accounts.count_unpriced, 0) as count_unpriced,
        coalesce(purchases.count_order_days, 0) as count_order_days,
        purchases.count_repeat_order_days,
        purchases.first_order_date,
        purchases.last_order_date,
        cast({{ dbt.datediff(
            'purchases.first_order_date', 'purchases.last_order_date', 'day'
        ) }} as integer) as recency_days,
        cast({{ dbt.datediff(
            'purchases.first_order_date', 'dim_run.as_of', 'day'
        ) }} as integer) as age_days,
        cast({{ dbt.datediff(
            'purchases.last_order_date', 'dim_run.as_of', 'day'
        ) }} as integer) as days_since_last_order,
        purchases.repeat_revenue_amount,
        purchases.repeat_revenue_real_amount

    from people

    cross join dim_run

    left join dim_customers
        on people.customer_id = dim_customers.customer_id

    left join accounts
        on people.customer_id = accounts.customer_id

    left join purchases
        on people.customer_id = purchases.customer_id

)

select * from final
