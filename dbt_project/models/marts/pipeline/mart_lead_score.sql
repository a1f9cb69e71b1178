{{ config(materialized='view') }}
-- Grain: one row per open opportunity, as of the last day that is over.
with

mart_pipeline as (

    select * from {{ ref('mart_pipeline') }}
    where is_open

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- The rule knows the stage alone; a learned probability has no data yet.
final as (

    select
        deals.opportunity_id,
        dim_run.as_of,
        deals.owner_id,
        deals.product_name,
        deals.stage_code,
        deals.stage_win_pct as rule_score,
        cast(null as double) as win_probability,
        'no_data' as probability_status,
        cast(null as varchar) as model_version,
        deals.is_overdue,
        deals.reporting_amount,
        deals.reporting_currency_code

    from mart_pipeline as deals

    cross join dim_run

)

select * from final
