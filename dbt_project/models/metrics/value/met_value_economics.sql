-- Grain: one row per grain key and ended year: customers kept and what they brought.
with

met_value_year_customers as (

    select * from {{ ref('met_value_year_customers') }}

),

keyed as (

    select
        'company' as grain_name,
        'company' as grain_key,
        customers.*
    from met_value_year_customers as customers

    union all

    select
        'segment' as grain_name,
        segment as grain_key,
        customers.*
    from met_value_year_customers as customers

),

summed as (

    select
        grain_name,
        grain_key,
        period_start,
        period_end,
        count(*) as count_active_at_start,
        count(*) filter (where is_retained) as count_retained,
        cast(sum(margin_amount) as decimal(18, 2)) as margin_amount,
        cast(sum(margin_real_amount) as decimal(18, 2)) as margin_real_amount

    from keyed

    group by grain_name, grain_key, period_start, period_end

),

final as (

    select
        *,
        cast(
            cast(count_retained as decimal(18, 6)) / count_active_at_start
            as decimal(9, 6)
        ) as retention_rate,
        cast(margin_amount / count_active_at_start as decimal(18, 2))
            as margin_per_customer_amount,
        cast(margin_real_amount / count_active_at_start as decimal(18, 2))
            as margin_per_customer_real_amount

    from summed

)

select * from final
