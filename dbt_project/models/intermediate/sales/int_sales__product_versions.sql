-- Grain: one row per product and period in which nothing of it changed.
with

products as (

    select * from {{ ref('stg_mapped__products') }}

),

{{ version_periods(
    'products',
    'product_id',
    [
        'product_name',
        'product_line',
        'has_guide',
        'list_price_amount',
        'currency_code',
    ],
) }},

final as (

    select
        md5(concat_ws('|', product_id, valid_from)) as product_version_id,
        product_id,
        source_id,
        product_name,
        product_line,
        coalesce(has_guide, false) as has_guide,
        list_price_amount,
        currency_code,
        valid_from,
        valid_to,
        is_current

    from periods

)

select * from final
