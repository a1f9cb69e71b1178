-- Grain: one row per product and other product that some person has both of.
with

met_value_holdings as (

    select * from {{ ref('met_value_holdings') }}

),

ranked_products as (

    select
        product_name,
        row_number() over (order by count(*) desc, product_name asc) as product_rank

    from met_value_holdings

    group by product_name

),

-- Pairs grow with the square of the assortment; what few ever had makes no rule anyway.
holdings as (

    select met_value_holdings.*

    from met_value_holdings

    inner join ranked_products
        on met_value_holdings.product_name = ranked_products.product_name

    where ranked_products.product_rank <= {{ var('cross_sell_products') }}

),

market_sizes as (

    select
        market,
        count(distinct customer_id) as count_customers

    from met_value_holdings

    group by market

),

sold as (

    select
        market,
        product_name,
        count(*) as count_customers

    from holdings

    group by market, product_name

),

-- Only where both are sold: else two products of one market would seem to belong
-- together because the other markets have neither.
bases as (

    select
        sold.product_name,
        others.product_name as next_product_name,
        cast(sum(market_sizes.count_customers) as bigint) as count_customers,
        cast(sum(sold.count_customers) as bigint) as count_with_product,
        cast(sum(others.count_customers) as bigint) as count_with_next_product

    from sold

    inner join sold as others
        on sold.market = others.market
            and sold.product_name <> others.product_name

    inner join market_sizes
        on sold.market = market_sizes.market

    group by sold.product_name, others.product_name

),

pairs as (

    select
        holdings.product_name,
        others.product_name as next_product_name,
        count(*) as count_with_both

    from holdings

    inner join holdings as others
        on holdings.customer_id = others.customer_id
            and holdings.product_name <> others.product_name

    group by holdings.product_name, others.product_name

),

measured as (

    select
        bases.*,
        pairs.count_with_both,
        {{ ratio('pairs.count_with_both', 'bases.count_with_product') }}
        / {{ ratio('bases.count_with_next_product', 'bases.count_customers') }}
            as lift

    from pairs

    inner join bases
        on pairs.product_name = bases.product_name
            and pairs.next_product_name = bases.next_product_name

),

-- Error of the logarithm of a lift by the delta method, all four counts being drawn.
erring as (

    select
        *,
        sqrt(greatest(
            0.0,
            1.0 / count_with_both
            - 1.0 / count_with_product
            - 1.0 / count_with_next_product
            + (2.0 * lift - 1.0) / count_customers
        )) as log_lift_error

    from measured

),

final as (

    select
        product_name,
        next_product_name,
        count_customers,
        count_with_product,
        count_with_next_product,
        count_with_both,
        {{ percentage('count_with_both', 'count_customers') }} as support_pct,
        {{ percentage('count_with_both', 'count_with_product') }} as confidence_pct,
        {{ percentage_bound('count_with_both', 'count_with_product', '-') }}
            as confidence_pct_ci_low,
        {{ percentage_bound('count_with_both', 'count_with_product', '+') }}
            as confidence_pct_ci_high,
        round(lift, 6) as lift,
        round(lift * exp(-{{ normal_quantile() }} * log_lift_error), 6) as lift_ci_low,
        round(lift * exp({{ normal_quantile() }} * log_lift_error), 6) as lift_ci_high,
        count_with_product >= {{ var('cross_sell_minimum_customers') }}
        and count_with_next_product >= {{ var('cross_sell_minimum_customers') }}
        and round(lift * exp(-{{ normal_quantile() }} * log_lift_error), 6)
        >= {{ var('cross_sell_minimum_lift') }} as is_rule

    from erring

)

select * from final
