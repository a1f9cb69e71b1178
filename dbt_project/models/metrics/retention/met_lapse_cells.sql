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

longest_windows as (

    select
        greatest(
            coalesce(max(window_days), 0), {{ var('lapse_window_days') }}
        ) as window_days

    from met_lapse_windows

),

-- The silences that can begin or hold in a period, judged by the window of its start.
judged_gaps as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        gaps.customer_id,
        gaps.ordered_on,
        gaps.next_ordered_on,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment

    from periods

    cross join longest_windows

    inner join gaps
        on periods.period_end > gaps.ordered_on
            and periods.period_start <= gaps.next_ordered_on
            and periods.period_start
            <= cast(
                gaps.ordered_on + interval 1 day * longest_windows.window_days as date
            )

    left join dim_customers
        on gaps.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(periods.period_start as timestamp)
            and dim_customers.valid_to > cast(periods.period_start as timestamp)

),

dated_gaps as (

    select
        judged_gaps.*,
        coalesce(
            windows.window_days, {{ var('lapse_window_days') }}
        ) as window_days,
        coalesce(windows.is_default_window, true) as is_default_window,
        cast(
            judged_gaps.ordered_on + interval 1 day * coalesce(
                windows.window_days, {{ var('lapse_window_days') }}
            ) as date
        ) as last_active_date

    from judged_gaps

    left join met_lapse_windows as windows
        on judged_gaps.period_start = windows.reference_date
            and judged_gaps.segment = windows.segment

),

buyers as (

    select
        period_type,
        period_start,
        period_end,
        market,
        segment,
        window_days,
        is_default_window,
        customer_id,
        bool_or(
            ordered_on < period_start and last_active_date >= period_start
        ) as is_active_at_start,
        bool_or(
            last_active_date >= period_start
            and last_active_date < period_end
            and next_ordered_on > last_active_date
        ) as has_lapsed

    from dated_gaps

    group by
        period_type,
        period_start,
        period_end,
        market,
        segment,
        window_days,
        is_default_window,
        customer_id

),

final as (

    select
        period_type,
        period_start,
        period_end,
        market,
        segment,
        window_days as lapse_window_days,
        is_default_window as is_default_lapse_window,
        count(*) as count_active_buyers_at_start,
        count(*) filter (where has_lapsed) as count_lapsed

    from buyers

    where is_active_at_start

    group by
        period_type,
        period_start,
        period_end,
        market,
        segment,
        window_days,
        is_default_window

)

select * from final
