{{ config(materialized='view') }}
-- Grain: one row per name of a product, as orders and tickets quote it.
with

dim_products as (

    select * from {{ ref('dim_products') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'product'

),

-- Two sources may sell under one name: the one that changed last describes it.
named_once as (

    select *

    from dim_products

    qualify row_number() over (
            partition by product_name
            order by is_current desc, valid_from desc, product_version_id asc
        ) = 1

),

final as (

    select
        named_once.product_name,
        named_once.product_id,
        named_once.product_line,
        named_once.has_guide,
        named_once.list_price_amount,
        named_once.currency_code,
        labels.sort_order,
        coalesce(labels.name_en, named_once.product_name) as name_en,
        coalesce(labels.name_fa, named_once.product_name) as name_fa,
        coalesce(labels.name_ru, named_once.product_name) as name_ru,
        not named_once.is_current as is_deleted

    from named_once
    left join labels
        on named_once.product_name = labels.code

)

select * from final
