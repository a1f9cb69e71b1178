-- Grain: one row per completed order and touch that is credited with it.
with

fct_orders as (

    select * from {{ ref('fct_orders') }}
    where status = 'completed' and not is_internal

),

met_acquisition_touches as (

    select * from {{ ref('met_acquisition_touches') }}

),

dim_exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

conversions as (

    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.ordered_local_date as converted_on,
        coalesce(orders.market, 'unknown') as market,
        {{ reporting_hundredths('orders.amount', 'rates.exchange_rate') }}
            as value_hundredths

    from fct_orders as orders

    left join dim_exchange_rates as rates
        on {{ rate_in_force(
            'rates', 'orders.currency_code', 'orders.ordered_local_date'
        ) }}

),

reached as (

    select
        conversions.order_id,
        touches.acquisition_source,
        touches.touched_at,
        count(*) filter (where touches.acquisition_source <> 'direct') over (
            partition by conversions.order_id
        ) as count_other_than_direct

    from conversions

    inner join met_acquisition_touches as touches
        on conversions.customer_id = touches.customer_id
            and conversions.ordered_at >= touches.touched_at
            and conversions.ordered_at
            < touches.touched_at
            + interval 1 day * {{ var('attribution_window_days') }}

),

-- Coming by oneself says nothing where anything else brought the person.
counted as (

    select
        order_id,
        acquisition_source,
        row_number() over (
            partition by order_id order by touched_at, acquisition_source
        ) as touch_number,
        count(*) over (partition by order_id) as count_touches

    from reached

    where acquisition_source <> 'direct' or count_other_than_direct = 0

),

-- Parts of the value up to a touch, in whole numbers: a share is what it adds to them.
weighted as (

    select
        conversions.order_id,
        conversions.converted_on,
        conversions.market,
        conversions.value_hundredths,
        coalesce(counted.acquisition_source, 'unknown') as acquisition_source,
        coalesce(counted.touch_number, 1) as touch_number,
        coalesce(counted.count_touches, 1) as count_touches,
        case
            when coalesce(counted.count_touches, 1) <= 2
                then coalesce(counted.touch_number, 1)
            when counted.touch_number = counted.count_touches
                then 10 * (counted.count_touches - 2)
            else 4 * (counted.count_touches - 2) + 2 * (counted.touch_number - 1)
        end as position_part,
        case
            when coalesce(counted.count_touches, 1) <= 2
                then coalesce(counted.count_touches, 1)
            else 10 * (counted.count_touches - 2)
        end as position_parts

    from conversions

    left join counted
        on conversions.order_id = counted.order_id

),

cumulated as (

    select
        *,
        case
            when touch_number = count_touches then value_hundredths
            else
                cast(floor(
                    value_hundredths * cast(touch_number as double) / count_touches
                ) as bigint)
        end as linear_so_far,
        case
            when touch_number = count_touches then value_hundredths
            else
                cast(floor(
                    value_hundredths * cast(position_part as double) / position_parts
                ) as bigint)
        end as position_so_far

    from weighted

),

final as (

    select
        order_id,
        converted_on,
        market,
        acquisition_source,
        touch_number,
        count_touches,
        value_hundredths,
        case when touch_number = 1 then value_hundredths else 0 end as first_hundredths,
        case when touch_number = count_touches then value_hundredths else 0 end
            as last_hundredths,
        linear_so_far - coalesce(lag(linear_so_far) over (
            partition by order_id order by touch_number
        ), 0) as linear_hundredths,
        position_so_far - coalesce(lag(position_so_far) over (
            partition by order_id order by touch_number
        ), 0) as position_hundredths

    from cumulated

)

select * from final
