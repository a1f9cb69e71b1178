-- Grain: one row per schedule and interval in which it is open, from wall clock to UTC
-- here and nowhere else.
with

business_hours as (

    select * from {{ ref('business_hours') }}

),

days as (

    select * from {{ ref('int_calendar__days') }}

),

holidays as (

    select * from {{ ref('holidays') }}
    where not coalesce(is_working_override, false)

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

opened as (

    select
        business_hours.schedule_id,
        days.calendar_date,
        business_hours.opens_at,
        business_hours.closes_at,
        coalesce(business_hours.time_zone, run.time_zone) as time_zone,
        coalesce(business_hours.holiday_country, run.country_code) as holiday_country

    from business_hours
    cross join run

    inner join days
        on business_hours.iso_day_of_week = days.iso_day_of_week
            and days.calendar_date
            >= coalesce(business_hours.valid_from, cast('1900-01-01' as date))
            and days.calendar_date
            < coalesce(business_hours.valid_to, cast('9999-12-31' as date))

),

final as (

    select
        opened.schedule_id,
        {{ to_utc(minutes_into('opened.calendar_date', 'opened.opens_at'),
            'opened.time_zone') }} as starts_at,
        -- 24:00 is the next day's midnight.
        {{ to_utc(minutes_into('opened.calendar_date', 'opened.closes_at'),
            'opened.time_zone') }} as ends_at

    from opened

    left join holidays
        on opened.holiday_country = holidays.country_code
            and opened.calendar_date = holidays.holiday_date

    where holidays.holiday_date is null

)

select * from final
