-- Grain: one row per customer as of the run.
with

met_value_customers as (

    select * from {{ ref('met_value_customers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        customers.customer_id,
        customers.as_of,
        customers.snapshot_date,
        customers.segment,
        customers.market,
        dim_run.currency_code,
        customers.net_revenue_amount,
        customers.net_revenue_real_amount,
        customers.margin_amount,
        customers.margin_real_amount,
        customers.count_contacts,
        customers.service_cost_amount,
        customers.service_cost_real_amount,
        cast(customers.clv_historic_amount as decimal(18, 2)) as clv_historic_amount,
        cast(customers.clv_historic_real_amount as decimal(18, 2))
            as clv_historic_real_amount,
        customers.count_unpriced,
        customers.first_order_date,
        customers.last_order_date,
        customers.count_order_days,
        customers.count_repeat_order_days,
        round(cast(customers.recency_days as double) / 7, 6) as recency_weeks,
        round(cast(customers.age_days as double) / 7, 6) as age_weeks,
        cast(
            customers.repeat_revenue_amount
            / nullif(customers.count_repeat_order_days, 0) as decimal(18, 2)
        ) as mean_repeat_spend_amount,
        cast(
            customers.repeat_revenue_real_amount
            / nullif(customers.count_repeat_order_days, 0) as decimal(18, 2)
        ) as mean_repeat_spend_real_amount,
        cast(null as double) as probability_alive,
        cast(null as double) as expected_purchases_12m,
        cast(null as double) as expected_spend_amount,
        cast(null as double) as clv_predicted_amount,
        cast(null as varchar) as model_version

    from met_value_customers as customers

    cross join dim_run

)

select * from final
