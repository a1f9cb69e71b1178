-- Grain: one row per business clock and stretch of a UTC day that is open or closed
-- throughout; the stretches of a clock leave no gap, so an instant lies in exactly one.
with

int_calendar__business_intervals as (

    select * from {{ ref('int_calendar__business_intervals') }}

),

int_calendar__clock_periods as (

    select * from {{ ref('int_calendar__clock_periods') }}

),

int_calendar__days as (

    select * from {{ ref('int_calendar__days') }}

),

-- All that a clock knows lies between these.
bounds as (

    select
        cast(min(calendar_date) as timestamp) as starts_at,
        cast(max(calendar_date) as timestamp) + interval 1 day as ends_at

    from int_calendar__days

),

clocks as (

    select clock_id
    from int_calendar__clock_periods
    group by clock_id

),

opened as (

    select
        periods.clock_id,
        greatest(intervals.starts_at, periods.starts_at, bounds.starts_at) as starts_at,
        least(intervals.ends_at, periods.ends_at, bounds.ends_at) as ends_at

    from int_calendar__clock_periods as periods
    cross join bounds

    inner join int_calendar__business_intervals as intervals
        on periods.schedule_id = intervals.schedule_id
            and periods.starts_at < intervals.ends_at
            and periods.ends_at > intervals.starts_at

),

-- What happens to a clock at an instant: how many intervals open less those that close.
turns as (

    select
        clock_id,
        starts_at as turns_at,
        1 as opening

    from opened
    where starts_at < ends_at
    union all
    select
        clock_id,
        ends_at as turns_at,
        -1 as opening

    from opened
    where starts_at < ends_at
    union all
    select
        periods.clock_id,
        periods.starts_at as turns_at,
        0 as opening

    from int_calendar__clock_periods as periods

    inner join bounds
        on periods.starts_at > bounds.starts_at and periods.starts_at < bounds.ends_at
    union all
    select
        clocks.clock_id,
        cast(int_calendar__days.calendar_date as timestamp) as turns_at,
        0 as opening

    from int_calendar__days
    cross join clocks
    union all
    select
        clocks.clock_id,
        bounds.ends_at as turns_at,
        0 as opening

    from clocks
    cross join bounds

),

instants as (

    select
        clock_id,
        turns_at,
        sum(opening) as opening

    from turns

    group by clock_id, turns_at

),

-- Intervals of one schedule that overlap are open once.
stretches as (

    select
        clock_id,
        turns_at as starts_at,
        lead(turns_at) over (
            partition by clock_id
            order by turns_at
        ) as ends_at,
        sum(opening) over (
            partition by clock_id
            order by turns_at
            rows between unbounded preceding and current row
        ) > 0 as is_open

    from instants

),

measured as (

    select
        clock_id,
        starts_at,
        ends_at,
        is_open,
        case
            when is_open
                then {{ dbt.datediff('starts_at', 'ends_at', 'millisecond') }}
            else 0
        end as open_milliseconds

    from stretches

    where ends_at is not null

),

final as (

    select
        measured.clock_id,
        cast(measured.starts_at as date) as utc_date,
        measured.starts_at,
        measured.ends_at,
        measured.is_open,
        cast(
            sum(measured.open_milliseconds) over (
                partition by measured.clock_id
                order by measured.starts_at
                rows between unbounded preceding and current row
            ) - measured.open_milliseconds as bigint
        ) as open_milliseconds_before,
        'schedule:' || periods.schedule_id as schedule_clock_id

    from measured

    left join int_calendar__clock_periods as periods
        on measured.clock_id = periods.clock_id
            and measured.starts_at >= periods.starts_at
            and measured.starts_at < periods.ends_at

)

select * from final
