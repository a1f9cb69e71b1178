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

days as (

    select
        met_periods.calendar_date,
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

),

periods as (

    select
        period_type,
        period_start,
        period_end

    from days

    group by period_type, period_start, period_end

),

order_days as (

    select
        ordered_local_date,
        coalesce(market, 'unknown') as market,
        coalesce(segment, 'unknown') as segment,
        count(*) as count_orders

    from fct_orders

    where not is_internal

    group by
        ordered_local_date, coalesce(market, 'unknown'), coalesce(segment, 'unknown')

),

{{ placed_stays('stays') }},

absences as (

    select
        customer_id,
        lag(left_on, 1, date '1900-01-01') over (
            partition by customer_id order by entered_on
        ) as left_on,
        entered_on

    from stays

),

parts as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        placed_stays.market,
        placed_stays.segment,
        placed_stays.count_customers as count_active_customers,
        0 as count_orders

    from periods

    inner join placed_stays
        on periods.period_start >= placed_stays.entered_on
            and periods.period_start < placed_stays.left_on

    union all

    -- Who comes and goes within a period is one customer, placed where first met.
    select
        days.period_type,
        days.period_start,
        days.period_end,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment,
        1 as count_active_customers,
        0 as count_orders

    from absences

    inner join days
        on absences.entered_on = days.calendar_date
            and absences.entered_on > days.period_start
            and absences.left_on <= days.period_start

    left join dim_customers
        on absences.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(absences.entered_on as timestamp)
            and dim_customers.valid_to > cast(absences.entered_on as timestamp)

    union all

    select
        days.period_type,
        days.period_start,
        days.period_end,
        order_days.market,
        order_days.segment,
        0 as count_active_customers,
        order_days.count_orders

    from order_days

    inner join days
        on order_days.ordered_local_date = days.calendar_date

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

    having sum(count_active_customers) > 0 or sum(count_orders) > 0

)

select * from final
