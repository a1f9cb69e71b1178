-- Grain: one row per customer and product that a rule lets expect and was never had.
with

met_value_holdings as (

    select * from {{ ref('met_value_holdings') }}

),

met_value_product_pairs as (

    select * from {{ ref('met_value_product_pairs') }}
    where is_rule

),

dim_products as (

    select * from {{ ref('dim_products') }}

),

-- What nobody lists may be sold: companies without a catalog sell too.
withdrawn as (

    select product_name

    from dim_products

    group by product_name

    having not bool_or(is_current)

),

sold as (

    select
        met_value_holdings.market,
        met_value_holdings.product_name

    from met_value_holdings

    left join withdrawn
        on met_value_holdings.product_name = withdrawn.product_name

    where withdrawn.product_name is null

    group by met_value_holdings.market, met_value_holdings.product_name

),

expected as (

    select
        met_value_holdings.customer_id,
        rules.*

    from met_value_holdings

    inner join met_value_product_pairs as rules
        on met_value_holdings.product_name = rules.product_name

    inner join sold
        on met_value_holdings.market = sold.market
            and rules.next_product_name = sold.product_name

    left join met_value_holdings as had
        on met_value_holdings.customer_id = had.customer_id
            and rules.next_product_name = had.product_name

    where had.customer_id is null

    -- Several products lead to one: the surest rule, then the first by name.
    qualify row_number() over (
            partition by met_value_holdings.customer_id, rules.next_product_name
            order by rules.confidence_pct_ci_low desc, rules.product_name asc
        ) = 1

),

final as (

    select
        *,
        cast(row_number() over (
            partition by customer_id
            order by confidence_pct_ci_low desc, next_product_name asc
        ) as integer) as need_number

    from expected

)

select * from final
