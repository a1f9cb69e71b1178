{{ config(materialized='view') }}
-- Grain: one row per customer who told what the category costs, as of the run.
with

met_value_wallets as (

    select * from {{ ref('met_value_wallets') }}

),

final as (

    select
        customer_id,
        as_of,
        snapshot_date,
        segment,
        market,
        answered_local_date,
        own_amount,
        category_amount,
        is_counted,
        share_of_wallet_pct,
        brand_rank,
        count_brands,
        wallet_allocation_pct

    from met_value_wallets

)

select * from final
