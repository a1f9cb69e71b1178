-- Grain: one row per ended year and customer active on its first day: kept or not, and
-- what the year brought.
with

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}
    where lifecycle_state in ('new', 'active', 'advocate', 'won_back')

),

met_value_entries as (

    select * from {{ ref('met_value_entries') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- A year before the first revenue has customers but nothing that they brought.
years as (

    select
        met_periods.period_start,
        met_periods.period_end

    from met_periods

    cross join dim_run

    where
        met_periods.period_type = 'year'
        and met_periods.period_end <= dim_run.as_of
        and met_periods.period_start >= (
            select min(entries.local_date)
            from met_value_entries as entries
            where entries.entry_kind <> 'contact'
        )

    group by met_periods.period_start, met_periods.period_end

),

customers as (

    select
        years.period_start,
        years.period_end,
        spells.customer_id,
        coalesce(dim_customers.segment, 'unknown') as segment

    from years

    inner join met_lifecycle_spells as spells
        on years.period_start >= spells.entered_on
            and years.period_start < coalesce(spells.left_on, date '9999-12-31')

    left join dim_customers
        on spells.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(years.period_start as timestamp)
            and dim_customers.valid_to > cast(years.period_start as timestamp)

    where not coalesce(dim_customers.is_internal, false)

),

contributions as (

    select
        customers.period_start,
        customers.customer_id,
        cast(
            sum(entries.margin_amount - entries.service_cost_amount)
            as decimal(18, 2)
        ) as margin_amount,
        cast(
            sum(entries.margin_real_amount - entries.service_cost_real_amount)
            as decimal(18, 2)
        ) as margin_real_amount

    from customers

    inner join met_value_entries as entries
        on customers.customer_id = entries.customer_id
            and customers.period_start <= entries.local_date
            and customers.period_end > entries.local_date

    group by customers.period_start, customers.customer_id

),

final as (

    select
        customers.period_start,
        customers.period_end,
        customers.customer_id,
        customers.segment,
        end_spells.customer_id is not null as is_retained,
        coalesce(contributions.margin_amount, 0) as margin_amount,
        coalesce(contributions.margin_real_amount, 0) as margin_real_amount

    from customers

    left join met_lifecycle_spells as end_spells
        on customers.customer_id = end_spells.customer_id
            and customers.period_end >= end_spells.entered_on
            and customers.period_end
            < coalesce(end_spells.left_on, date '9999-12-31')

    left join contributions
        on customers.period_start = contributions.period_start
            and customers.customer_id = contributions.customer_id

)

select * from final
