{{ config(materialized='view') }}
-- Grain: one row per customer as of the run; empty until a model suggests needs.
with

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        cast(null as varchar) as customer_id,
        as_of,
        cast(null as varchar) as product_name,
        cast(null as double) as probability,
        cast(null as varchar) as model_version

    from dim_run

    where false

)

select * from final
