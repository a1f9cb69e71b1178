-- Grain: one row per product, market, segment and local day: units sold, what failed.
with

fct_orders as (

    select * from {{ ref('fct_orders') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

-- An order is one unit; a return counts on the day of its order, the one that is known.
events as (

    select
        product_name,
        market,
        segment,
        ordered_local_date as local_date,
        1 as count_units,
        cast(status = 'returned' as integer) as count_returns,
        0 as count_defect_contacts

    from fct_orders

    where
        not is_internal
        and status in ('completed', 'returned')
        and product_name is not null

    union all

    select
        product_name,
        market,
        segment,
        created_local_date as local_date,
        0 as count_units,
        0 as count_returns,
        1 as count_defect_contacts

    from fct_tickets

    where
        not is_internal
        and not coalesce(is_spam, false)
        and not coalesce(is_merged, false)
        and product_name is not null
        and concat('|', '{{ var("defect_reasons") }}', '|')
        like concat('%|', reason, '|%')

),

final as (

    select
        product_name,
        coalesce(market, 'unknown') as market,
        coalesce(segment, 'unknown') as segment,
        local_date,
        cast(sum(count_units) as bigint) as count_units,
        cast(sum(count_returns) as bigint) as count_returns,
        cast(sum(count_defect_contacts) as bigint) as count_defect_contacts

    from events

    group by product_name, market, segment, local_date

)

select * from final
