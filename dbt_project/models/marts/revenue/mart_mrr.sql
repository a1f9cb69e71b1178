{{ config(materialized='view') }}
-- Grain: one row per customer and month with a contract, from its first month on.
with

met_revenue_movements as (

    select * from {{ ref('met_revenue_movements') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        movements.customer_id,
        movements.period_start as month_start_date,
        movements.period_end as month_end_date,
        movements.market,
        movements.segment,
        movements.is_complete,
        movements.is_paused,
        movements.is_referred,
        movements.start_mrr_amount,
        movements.movement,
        movements.movement_amount,
        movements.end_mrr_amount,
        movements.start_mrr_real_amount,
        movements.movement_real,
        movements.movement_real_amount,
        movements.end_mrr_real_amount,
        dim_run.currency_code

    from met_revenue_movements as movements

    cross join dim_run

    where movements.period_type = 'month'

)

select * from final
