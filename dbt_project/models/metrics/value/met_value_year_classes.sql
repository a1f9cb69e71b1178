-- Grain: one row per ended year and customer active on its first day: the class it was
-- in then.
with

met_value_year_customers as (

    select * from {{ ref('met_value_year_customers') }}

),

met_value_entries as (

    select * from {{ ref('met_value_entries') }}

),

dim_treatments as (

    select * from {{ ref('dim_treatments') }}

),

-- What a customer was worth when the year began decides on the class, as it does today:
-- a class by the year's own margin would be made of those who stayed.
history as (

    select
        customers.period_start,
        customers.customer_id,
        customers.is_retained,
        customers.margin_amount,
        customers.margin_real_amount,
        coalesce(sum(
            entries.margin_real_amount - entries.service_cost_real_amount
        ), 0) as value_real_amount

    from met_value_year_customers as customers

    left join met_value_entries as entries
        on customers.customer_id = entries.customer_id
            and customers.period_start > entries.local_date

    group by
        customers.period_start,
        customers.customer_id,
        customers.is_retained,
        customers.margin_amount,
        customers.margin_real_amount

),

ranked as (

    select
        *,
        cast(round(
            cume_dist() over (
                partition by period_start order by value_real_amount desc
            ), 6
        ) as decimal(9, 6)) as value_rank_share

    from history

),

final as (

    select
        ranked.*,
        treatments.treatment_class

    from ranked

    inner join dim_treatments as treatments
        on ranked.value_rank_share <= treatments.top_share
            and ranked.period_start >= treatments.valid_from
            and ranked.period_start < coalesce(treatments.valid_to, date '9999-12-31')

    qualify row_number() over (
            partition by ranked.period_start, ranked.customer_id
            order by treatments.top_share, treatments.treatment_class
        ) = 1

)

select * from final
