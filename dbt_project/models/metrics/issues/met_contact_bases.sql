-- Grain: one row per ended period, market and segment: whom contacts are compared with.
with

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}

),

fct_orders as (

    select * from {{ ref('fct_orders') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

-- Whoever has bought lately or has a contract; prospects and former customers are not.
stays as (

    select
        customer_id,
        entered_on,
        coalesce(left_on, date '9999-12-31') as left_on

    from met_lifecycle_spells

    where lifecycle_state in ('new', 'won_back', 'active', 'advocate')

),

periods as (

    select
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

    from met_periods

    cross join dim_run

    where
        met_periods.period_end <= dim_run.as_of
        and exists (
            select kpis.kpi_id
            from kpis
            where
                kpis.kpi_id in ('K-CONTACT', 'K-COMPL')
                and concat('|', kpis.period_types, '|')
                like concat('%|', met_periods.period_type, '|%')
        )

    group by
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

-- A person who comes and goes within a period is one customer, placed where first met.
customers_in_periods as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        stays.customer_id,
        min(greatest(stays.entered_on, periods.period_start)) as first_active_on

    from periods

    inner join stays
        on periods.period_end > stays.entered_on
            and periods.period_start < stays.left_on

    group by
        periods.period_type,
        periods.period_start,
        periods.period_end,
        stays.customer_id

),

parts as (

    select
        customers.period_type,
        customers.period_start,
        customers.period_end,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment,
        1 as count_active_customers,
        0 as count_orders

    from customers_in_periods as customers

    left join dim_customers
        on customers.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(customers.first_active_on as timestamp)
            and dim_customers.valid_to > cast(customers.first_active_on as timestamp)

    union all

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        coalesce(fct_orders.market, 'unknown') as market,
        coalesce(fct_orders.segment, 'unknown') as segment,
        0 as count_active_customers,
        1 as count_orders

    from periods

    inner join met_periods
        on periods.period_type = met_periods.period_type
            and periods.period_start = met_periods.period_start

    inner join fct_orders
        on met_periods.calendar_date = fct_orders.ordered_local_date

    where not fct_orders.is_internal

),

final as (

    select
        period_type,
        period_start,
        period_end,
        market,
        segment,
        cast(sum(count_active_customers) as bigint) as count_active_customers,
        cast(sum(count_orders) as bigint) as count_orders

    from parts

    group by period_type, period_start, period_end, market, segment

)

select * from final
