-- Grain: one row per currency and month.
with

price_index as (

    select * from {{ ref('price_index') }}

),

final as (

    select
        currency_code,
        month_start_date,
        base_month_start_date,
        cast(price_index as decimal(18, 4)) as price_index,
        is_fictional

    from price_index

)

select * from final
