-- Grain: one row per ended period, market and segment: buyers who fell silent in it.
with

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

met_lapse_windows as (

    select * from {{ ref('met_lapse_windows') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

order_days as (

    select
        customer_id,
        ordered_local_date as ordered_on

    from fct_orders

    where
        not is_internal
        and status = 'completed'
        and customer_id is not null

    group by customer_id, ordered_local_date

),

gaps as (

    select
        customer_id,
        ordered_on,
        lead(ordered_on, 1, date '9999-12-31') over (
            partition by customer_id order by ordered_on
        ) as next_ordered_on

    from order_days

),

periods as (

    select
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

    from met_periods

    inner join kpis
        on kpis.kpi_id = 'K-LAPSE'
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    cross join dim_run

    where met_periods.period_end <= dim_run.as_of

    group by
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

-- Of the days between two orders only the first days of periods are asked for, and the
-- windows of many persons are judged at once: by the first such day after each order.
first_days as (

    select
        order_days.ordered_on,
        min(periods.period_start) as first_day

    from (
        select ordered_on
        from order_days
        group by ordered_on
    ) as order_days

    inner join periods
        on order_days.ordered_on < periods.period_start

    group by order_days.ordered_on

),

stays as (

    select
        gaps.customer_id,
        gaps.ordered_on,
        opening.first_day as entered_on,
        coalesce(closing.first_day, date '9999-12-31') as left_on

    from gaps

    inner join first_days as opening
        on gaps.ordered_on = opening.ordered_on

    left join first_days as closing
        on gaps.next_ordered_on = closing.ordered_on

    where opening.first_day < coalesce(closing.first_day, date '9999-12-31')

),

{{ placed_stays('stays', ['ordered_on']) }},

window_bounds as (

    select
        least(min(window_days), {{ var('lapse_window_days') }})
            as shortest_window_days,
        greatest(max(window_days), {{ var('lapse_window_days') }})
            as longest_window_days

    from met_lapse_windows

),

silences as (

    select
        gaps.*,
        cast(
            gaps.ordered_on + interval 1 day * bounds.shortest_window_days as date
        ) as earliest_last_active_date,
        cast(
            gaps.ordered_on + interval 1 day * bounds.longest_window_days as date
        ) as latest_last_active_date

    from gaps

    cross join window_bounds as bounds

),

-- Both who is active and who falls silent are judged by the first day of the period.
placed_silences as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        silences.customer_id,
        silences.ordered_on,
        silences.next_ordered_on,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment

    from periods

    inner join silences
        on periods.period_end > silences.earliest_last_active_date
            and periods.period_start <= silences.latest_last_active_date
            and periods.period_start < silences.next_ordered_on

    left join dim_customers
        on silences.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(periods.period_start as timestamp)
            and dim_customers.valid_to > cast(periods.period_start as timestamp)

    -- Most end by an order long before anyone could lapse.
    where silences.next_ordered_on > silences.earliest_last_active_date

),

cells as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        placed.market,
        placed.segment,
        coalesce(windows.window_days, {{ var('lapse_window_days') }}) as window_days,
        coalesce(windows.is_default_window, true) as is_default_window,
        cast(sum(placed.count_customers) as bigint) as count_active_buyers_at_start

    from periods

    inner join placed_stays as placed
        on periods.period_start >= placed.entered_on
            and periods.period_start < placed.left_on

    left join met_lapse_windows as windows
        on periods.period_start = windows.reference_date
            and placed.segment = windows.segment

    where
        periods.period_start <= cast(
            placed.ordered_on + interval 1 day * coalesce(
                windows.window_days, {{ var('lapse_window_days') }}
            ) as date
        )

    group by
        periods.period_type,
        periods.period_start,
        periods.period_end,
        placed.market,
        placed.segment,
        coalesce(windows.window_days, {{ var('lapse_window_days') }}),
        coalesce(windows.is_default_window, true)

    having sum(placed.count_customers) > 0

),

lapses as (

    select
        cells.period_type,
        cells.period_start,
        cells.market,
        cells.segment,
        count(distinct silences.customer_id) as count_lapsed

    from cells

    inner join placed_silences as silences
        on cells.period_type = silences.period_type
            and cells.period_start = silences.period_start
            and cells.market = silences.market
            and cells.segment = silences.segment

    -- The last order before the period; it may be another one than fell silent.
    inner join stays
        on silences.customer_id = stays.customer_id
            and cells.period_start >= stays.entered_on
            and cells.period_start < stays.left_on

    where
        silences.ordered_on
        >= cast(cells.period_start - interval 1 day * cells.window_days as date)
        and silences.ordered_on
        < cast(cells.period_end - interval 1 day * cells.window_days as date)
        and silences.next_ordered_on
        > cast(silences.ordered_on + interval 1 day * cells.window_days as date)
        and stays.ordered_on
        >= cast(cells.period_start - interval 1 day * cells.window_days as date)

    group by
        cells.period_type, cells.period_start, cells.market, cells.segment

),

final as (

    select
        cells.period_type,
        cells.period_start,
        cells.period_end,
        cells.market,
        cells.segment,
        cells.window_days as lapse_window_days,
        cells.is_default_window as is_default_lapse_window,
        cells.count_active_buyers_at_start,
        coalesce(lapses.count_lapsed, 0) as count_lapsed

    from cells

    left join lapses
        on cells.period_type = lapses.period_type
            and cells.period_start = lapses.period_start
            and cells.market = lapses.market
            and cells.segment = lapses.segment

)

select * from final
