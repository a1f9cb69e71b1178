-- Grain: one row per person with an order: recency, frequency and spend as scores.
with

met_value_customers as (

    select * from {{ ref('met_value_customers') }}
    where count_order_days > 0

),

ranked as (

    select
        *,
        case
            when count(*) over () < {{ var('rfm_quintile_minimum') }} then 3
            else 5
        end as count_classes,
        -- Equal values share a score, hence no row is ranked by its key.
        cume_dist() over (order by days_since_last_order desc) as recency_share,
        cume_dist() over (order by count_order_days) as frequency_share,
        cume_dist() over (order by order_revenue_real_amount) as monetary_share

    from met_value_customers

),

scored as (

    select
        *,
        -- Nine decimals: three fifths of five are three.
        cast(ceil(round(count_classes * recency_share, 9)) as integer)
            as recency_score,
        cast(ceil(round(count_classes * frequency_share, 9)) as integer)
            as frequency_score,
        cast(ceil(round(count_classes * monetary_share, 9)) as integer)
            as monetary_score

    from ranked

),

final as (

    select
        customer_id,
        as_of,
        snapshot_date,
        segment,
        market,
        days_since_last_order,
        count_order_days,
        order_revenue_real_amount,
        recency_score,
        frequency_score,
        monetary_score,
        100 * recency_score + 10 * frequency_score + monetary_score as rfm_score,
        cast(count_classes as integer) as count_classes,
        least(recency_score, frequency_score, monetary_score) >= count_classes - 1
            as is_best_customer

    from scored

)

select * from final
