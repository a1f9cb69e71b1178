-- First and last days of Solar Hijri years, common and leap, as the almanac has them.
with

known (calendar_date, jalali_year, jalali_month, jalali_day) as (

    values
    (cast('2015-03-20' as date), 1393, 12, 29),
    (cast('2015-03-21' as date), 1394, 1, 1),
    (cast('2017-03-20' as date), 1395, 12, 30),
    (cast('2021-03-20' as date), 1399, 12, 30),
    (cast('2021-03-21' as date), 1400, 1, 1),
    (cast('2024-03-19' as date), 1402, 12, 29),
    (cast('2024-03-20' as date), 1403, 1, 1),
    (cast('2024-10-21' as date), 1403, 7, 30),
    (cast('2025-03-20' as date), 1403, 12, 30),
    (cast('2025-03-21' as date), 1404, 1, 1),
    (cast('2029-03-19' as date), 1407, 12, 29),
    (cast('2030-03-20' as date), 1408, 12, 30)

),

calendar as (

    select * from {{ ref('dim_calendar') }}

)

select known.*
from known
left join calendar
    on
        known.calendar_date = calendar.calendar_date
        and known.jalali_year = calendar.jalali_year
        and known.jalali_month = calendar.jalali_month
        and known.jalali_day = calendar.jalali_day
where calendar.calendar_date is null
