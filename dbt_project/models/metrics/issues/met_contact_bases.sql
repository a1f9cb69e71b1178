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

-- The days that begin while a version is valid.
versions as (

    select
        customer_id,
        coalesce(market, 'unknown') as market,
        coalesce(segment, 'unknown') as segment,
        cast(
            valid_from + interval '1 day' - interval '1 microsecond' as date
        ) as holds_from,
        cast(
            valid_to + interval '1 day' - interval '1 microsecond' as date
        ) as holds_until

    from dim_customers

),

placed_stays as (

    select
        greatest(stays.entered_on, versions.holds_from) as entered_on,
        least(stays.left_on, versions.holds_until) as left_on,
        versions.market,
        versions.segment

    from stays

    inner join versions
        on stays.customer_id = versions.customer_id
            and stays.entered_on < versions.holds_until
            and stays.left_on > versions.holds_from

),

-- Days without a version are those of all stays, less those that are placed.
counted_stays as (

    select
        entered_on,
        left_on,
        market,
        segment,
        1 as count_customers

    from placed_stays

    union all

    select
        entered_on,
        left_on,
        'unknown' as market,
        'unknown' as segment,
        -1 as count_customers

    from placed_stays

    union all

    select
        entered_on,
        left_on,
        'unknown' as market,
        'unknown' as segment,
        1 as count_customers

    from stays

),

-- Who is a customer when a period begins is whoever came before, less who left.
changes as (

    select
        entered_on as changed_on,
        market,
        segment,
        cast(sum(count_customers) as bigint) as count_customers

    from counted_stays

    group by entered_on, market, segment

    union all

    select
        left_on as changed_on,
        market,
        segment,
        cast(-sum(count_customers) as bigint) as count_customers

    from counted_stays

    group by left_on, market, segment

),

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
        changes.market,
        changes.segment,
        changes.count_customers as count_active_customers,
        0 as count_orders

    from periods

    inner join changes
        on periods.period_start >= changes.changed_on

    union all

    -- Who comes and goes within a period is one customer, placed where first met.
    select
        days.period_type,
        days.period_start,
        days.period_end,
        coalesce(versions.market, 'unknown') as market,
        coalesce(versions.segment, 'unknown') as segment,
        1 as count_active_customers,
        0 as count_orders

    from absences

    inner join days
        on absences.entered_on = days.calendar_date
            and absences.entered_on > days.period_start
            and absences.left_on <= days.period_start

    left join versions
        on absences.customer_id = versions.customer_id
            and absences.entered_on >= versions.holds_from
            and absences.entered_on < versions.holds_until

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
