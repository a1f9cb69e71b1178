-- Grain: one row per day from 2014 to 2035; the year before the calendar's first begins
-- its weeks and years.
with

spine as (

    {{ dbt.date_spine(
        datepart='day',
        start_date="cast('2014-01-01' as date)",
        end_date="cast('2036-01-01' as date)"
    ) }}

),

final as (

    select
        cast(date_day as date) as calendar_date,
        -- 1970-01-05 was a Monday.
        cast(
            {{ dbt.datediff("cast('1970-01-05' as date)", 'date_day', 'day') }} % 7 + 1
            as integer
        ) as iso_day_of_week

    from spine

)

select * from final
