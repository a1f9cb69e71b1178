-- Grain: one row per day and period type; from here on a period is half-open.
with

dim_calendar as (

    select * from {{ ref('dim_calendar') }}

),

labels as (

    select * from {{ ref('labels') }}

),

days_in_periods as (

    select
        dim_calendar.calendar_date,
        labels.code as period_type,
        case labels.code
            when 'day' then dim_calendar.calendar_date
            when 'week' then dim_calendar.week_start_date
            when 'month' then dim_calendar.month_start_date
            when 'jalali_month' then dim_calendar.jalali_month_start_date
            when 'quarter' then dim_calendar.quarter_start_date
            when 'year' then dim_calendar.year_start_date
        end as period_start

    from dim_calendar

    inner join labels
        on labels.domain = 'period_type'

),

periods as (

    select
        period_type,
        period_start,
        cast(max(calendar_date) + interval 1 day as date) as period_end,
        lag(period_start) over (
            partition by period_type
            order by period_start
        ) as prior_period_start

    from days_in_periods

    group by period_type, period_start

),

final as (

    select
        days_in_periods.calendar_date,
        days_in_periods.period_type,
        days_in_periods.period_start,
        periods.period_end,
        periods.prior_period_start

    from days_in_periods

    inner join periods
        on days_in_periods.period_type = periods.period_type
            and days_in_periods.period_start = periods.period_start

)

select * from final
