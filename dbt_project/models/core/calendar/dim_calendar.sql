-- Grain: one row per day from 2015 to 2035.
with

spine as (

    {{ dbt.date_spine(
        datepart='day',
        start_date="cast('2015-01-01' as date)",
        end_date="cast('2036-01-01' as date)"
    ) }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

days as (

    select
        cast(date_day as date) as calendar_date,
        cast(extract(year from date_day) as integer) as gregorian_year,
        -- 1970-01-05 was a Monday.
        {{ dbt.datediff("cast('1970-01-05' as date)", 'date_day', 'day') }} % 7 + 1
            as iso_day_of_week

    from spine

),

-- Nowruz by the 33-year rule: leap when (8 * year + 29) mod 33 < 8; 1393 began
-- 2014-03-21.
new_years as (

    select
        gregorian_year,
        {{ dbt.dateadd(
            'day',
            '365 * (gregorian_year - 621 - 1393)'
            ~ ' + cast(floor((8 * (gregorian_year - 622) + 29) / 33.0) as integer)'
            ~ ' - cast(floor((8 * 1392 + 29) / 33.0) as integer)',
            "cast('2014-03-21' as date)"
        ) }} as nowruz

    from days
    group by gregorian_year
    union all
    select
        2014 as gregorian_year,
        cast('2014-03-21' as date) as nowruz

),

dated as (

    select
        days.calendar_date,
        days.iso_day_of_week,
        {{ dbt.dateadd('day', '4 - days.iso_day_of_week', 'days.calendar_date') }}
            as iso_thursday,
        case
            when days.calendar_date >= own.nowruz then days.gregorian_year - 621
            else days.gregorian_year - 622
        end as jalali_year,
        cast(
            case
                when days.calendar_date >= own.nowruz then own.nowruz
                else previous.nowruz
            end as date
        ) as jalali_year_start_date

    from days
    inner join new_years as own
        on days.gregorian_year = own.gregorian_year
    inner join new_years as previous
        on days.gregorian_year - 1 = previous.gregorian_year

),

counted as (

    select
        *,
        {{ dbt.datediff('jalali_year_start_date', 'calendar_date', 'day') }}
            as days_since_nowruz

    from dated

),

-- Six months of 31 days, then months of 30.
jalali as (

    select
        *,
        case
            when days_since_nowruz < 186
                then cast(floor(days_since_nowruz / 31.0) as integer) + 1
            else cast(floor((days_since_nowruz - 186) / 30.0) as integer) + 7
        end as jalali_month,
        case
            when days_since_nowruz < 186 then days_since_nowruz % 31 + 1
            else (days_since_nowruz - 186) % 30 + 1
        end as jalali_day

    from counted

),

final as (

    select
        jalali.calendar_date,
        cast(extract(year from jalali.iso_thursday) as integer) as iso_year,
        cast(floor((extract(doy from jalali.iso_thursday) - 1) / 7.0) as integer) + 1
            as iso_week,
        cast(
            {{ dbt.dateadd(
                'day',
                "-((jalali.iso_day_of_week + 7 - case run.week_start"
                ~ " when 'saturday' then 6 when 'sunday' then 7 else 1 end) % 7)",
                'jalali.calendar_date'
            ) }} as date
        ) as week_start_date,
        cast(date_trunc('month', jalali.calendar_date) as date) as month_start_date,
        cast(date_trunc('quarter', jalali.calendar_date) as date) as quarter_start_date,
        cast(date_trunc('year', jalali.calendar_date) as date) as year_start_date,
        cast(jalali.iso_day_of_week as integer) as iso_day_of_week,
        jalali.jalali_year,
        jalali.jalali_month,
        cast(jalali.jalali_day as integer) as jalali_day,
        cast(
            {{ dbt.dateadd('day', '1 - jalali.jalali_day', 'jalali.calendar_date') }}
            as date
        ) as jalali_month_start_date,
        jalali.jalali_year_start_date

    from jalali
    cross join run

)

select * from final
