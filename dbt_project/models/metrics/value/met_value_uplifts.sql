-- Grain: one row per grain key, year, discount rate and retention rate: customer value
-- there, and by how much keeping more customers would lift it.
with

met_value_economics as (

    select * from {{ ref('met_value_economics') }}

),

economics_grid as (

    select * from {{ ref('economics_grid') }}

),

discounts as (

    select discount_rate
    from economics_grid

    -- The company's own rate may be one of the grid.
    union

    select cast({{ var('yearly_discount_rate') }} as decimal(9, 6)) as discount_rate

),

points as (

    select
        economics.*,
        discounts.discount_rate,
        economics.retention_rate as retention_at,
        true as is_own_retention

    from met_value_economics as economics

    cross join discounts

    union all

    select
        economics.*,
        economics_grid.discount_rate,
        economics_grid.retention_rate as retention_at,
        false as is_own_retention

    from met_value_economics as economics

    inner join economics_grid
        on economics.retention_rate <> economics_grid.retention_rate

),

shifted as (

    select
        points.*,
        points.discount_rate
        = cast({{ var('yearly_discount_rate') }} as decimal(9, 6))
            as is_own_discount,
        points.retention_at + cast(0.05 as decimal(9, 6)) as retention_plus_5_points,
        cast(points.retention_at * 1.05 as decimal(9, 6)) as retention_plus_5_percent

    from points

),

final as (

    select
        shifted.*,
        round({{ lifetime_value_end(
            'cast(margin_per_customer_amount as double)', 'retention_at',
            'discount_rate'
        ) }}, 2) as clv_end_amount,
        round({{ lifetime_value_immediate(
            'cast(margin_per_customer_amount as double)', 'retention_at',
            'discount_rate'
        ) }}, 2) as clv_immediate_amount,
        round({{ lifetime_value_end(
            'cast(margin_per_customer_real_amount as double)', 'retention_at',
            'discount_rate'
        ) }}, 2) as clv_end_real_amount,
        round({{ lifetime_value_immediate(
            'cast(margin_per_customer_real_amount as double)', 'retention_at',
            'discount_rate'
        ) }}, 2) as clv_immediate_real_amount,
        {{ lifetime_uplift(
            lifetime_factor_end, 'retention_at', 'retention_plus_5_points',
            'discount_rate'
        ) }} as uplift_5_points_end_pct,
        {{ lifetime_uplift(
            lifetime_factor_immediate, 'retention_at', 'retention_plus_5_points',
            'discount_rate'
        ) }} as uplift_5_points_immediate_pct,
        {{ lifetime_uplift(
            lifetime_factor_end, 'retention_at', 'retention_plus_5_percent',
            'discount_rate'
        ) }} as uplift_5_percent_end_pct,
        {{ lifetime_uplift(
            lifetime_factor_immediate, 'retention_at', 'retention_plus_5_percent',
            'discount_rate'
        ) }} as uplift_5_percent_immediate_pct

    from shifted

)

select * from final
