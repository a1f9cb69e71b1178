-- Grain: one row per segment and day on which it is judged who has lapsed.
with

fct_orders as (

    select * from {{ ref('fct_orders') }}

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

reference_dates as (

    select met_periods.period_start as reference_date

    from met_periods

    inner join kpis
        on kpis.kpi_id = 'K-LAPSE'
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    cross join dim_run

    where met_periods.period_start < dim_run.as_of

    -- Two calendars share some first days.
    union

    select as_of as reference_date from dim_run

),

-- The first reference date that knows of what happened on a day.
dated_references as (

    select
        days.calendar_date,
        min(reference_dates.reference_date) over (
            order by days.calendar_date
            rows between 1 following and unbounded following
        ) as next_reference_date

    from met_periods as days

    left join reference_dates
        on days.calendar_date = reference_dates.reference_date

    where days.period_type = 'day'

),

order_days as (

    select
        customer_id,
        ordered_local_date as ordered_on,
        max(coalesce(segment, 'unknown')) as segment

    from fct_orders

    where
        not is_internal
        and status = 'completed'
        and customer_id is not null

    group by customer_id, ordered_local_date

),

gaps as (

    select
        segment,
        ordered_on,
        lead(ordered_on) over (
            partition by customer_id order by ordered_on
        ) as next_ordered_on

    from order_days

),

known_gaps as (

    select
        gaps.segment,
        gaps.ordered_on,
        {{ dbt.datediff('gaps.ordered_on', 'gaps.next_ordered_on', 'day') }}
            as gap_days,
        opening.next_reference_date as opened_for,
        closing.next_reference_date as closed_for

    from gaps

    inner join dated_references as opening
        on gaps.ordered_on = opening.calendar_date

    left join dated_references as closing
        on gaps.next_ordered_on = closing.calendar_date

),

closed_gaps as (

    select
        segment,
        gap_days,
        closed_for,
        count(*) as count_gaps

    from known_gaps

    where closed_for is not null

    group by segment, gap_days, closed_for

),

open_gaps as (

    select
        segment,
        ordered_on,
        opened_for,
        coalesce(closed_for, date '9999-12-31') as closed_for,
        count(*) as count_gaps

    from known_gaps

    where opened_for is not null

    group by segment, ordered_on, opened_for, closed_for

),

-- A gap that is open on the reference date is censored there.
observations as (

    select
        reference_dates.reference_date,
        closed_gaps.segment,
        closed_gaps.gap_days,
        closed_gaps.count_gaps as count_closed,
        0 as count_open

    from reference_dates

    inner join closed_gaps
        on reference_dates.reference_date >= closed_gaps.closed_for

    union all

    select
        reference_dates.reference_date,
        open_gaps.segment,
        {{ dbt.datediff(
            'open_gaps.ordered_on', 'reference_dates.reference_date', 'day'
        ) }} as gap_days,
        0 as count_closed,
        open_gaps.count_gaps as count_open

    from reference_dates

    inner join open_gaps
        on reference_dates.reference_date >= open_gaps.opened_for
            and reference_dates.reference_date < open_gaps.closed_for

),

{{ kaplan_meier(
    'observations', ['reference_date', 'segment'], 'gap_days', 'count_closed',
    'count_open'
) }},

segments as (

    select
        reference_date,
        segment,
        min(gap_days) filter (where share_surviving <= 0.1) as gap_days_p90,
        cast(sum(count_closed) as bigint) as count_closed_gaps,
        cast(sum(count_open) as bigint) as count_open_gaps

    from survival_curve

    group by reference_date, segment

),

final as (

    select
        reference_date,
        segment,
        gap_days_p90,
        cast(
            case
                when gap_days_p90 is null then {{ var('lapse_window_days') }}
                else greatest(gap_days_p90, {{ var('lapse_window_floor_days') }})
            end as integer
        ) as window_days,
        gap_days_p90 is null as is_default_window,
        count_closed_gaps,
        count_open_gaps

    from segments

)

select * from final
