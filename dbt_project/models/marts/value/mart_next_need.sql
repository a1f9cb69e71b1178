{{ config(materialized='view') }}
-- Grain: one row per customer who is likely to need another product, as of the run.
with

met_value_needs as (

    select * from {{ ref('met_value_needs') }}
    where need_number = 1

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        needs.customer_id,
        dim_run.as_of,
        needs.next_product_name as product_name,
        round(needs.confidence_pct / 100.0, 6) as probability,
        'co_purchase' as model_version

    from met_value_needs as needs

    cross join dim_run

)

select * from final
