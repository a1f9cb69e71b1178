-- Grain: one row per product and period in which nothing of it changed.
with

versions as (

    select * from {{ ref('int_sales__product_versions') }}

),

final as (

    select
        product_version_id,
        product_id,
        source_id,
        product_name,
        product_line,
        has_guide,
        list_price_amount,
        currency_code,
        valid_from,
        valid_to,
        is_current

    from versions

)

select * from final
