-- Grain: one row per day from 2015 to 2035.
with

int_calendar__days as (

    select * from {{ ref('int_calendar__days') }}

),

dim_holidays as (

    select * from {{ ref('dim_holidays') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

days as (

    select
        calendar_date,
        iso_day_of_week,
        cast(extract(year from calendar_date) as integer) as gregorian_year

    from int_calendar__days

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
        2013 as gregorian_year,
        cast('2013-03-21' as date) as nowruz

),

dated as (

    select
        days.calendar_date,
        days.iso_day_of_week,
        days.gregorian_year,
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

-- A quarter of the business year begins every third month, on the day of the month on
-- which the year does.
turning as (

    select
        jalali.*,
        case run.fiscal_calendar
            when 'jalali' then jalali.jalali_month
            else cast(extract(month from jalali.calendar_date) as integer)
        end - run.fiscal_month as months_on,
        case run.fiscal_calendar
            when 'jalali' then jalali.jalali_day
            else cast(extract(day from jalali.calendar_date) as integer)
        end = run.fiscal_day as is_turn,
        case run.fiscal_calendar
            when 'jalali' then jalali.jalali_year
            else jalali.gregorian_year
        end as year_of_day

    from jalali
    cross join run

),

fiscal as (

    select
        *,
        max(case when is_turn and months_on = 0 then calendar_date end) over (
            order by calendar_date
            rows between unbounded preceding and current row
        ) as fiscal_year_start_date,
        max(case when is_turn and months_on % 3 = 0 then calendar_date end) over (
            order by calendar_date
            rows between unbounded preceding and current row
        ) as fiscal_quarter_start_date,
        max(case when is_turn and months_on = 0 then year_of_day end) over (
            order by calendar_date
            rows between unbounded preceding and current row
        ) as year_of_first_day

    from turning

),

-- The fourth day of a business week decides its year, as Thursday does for ISO weeks.
weeks as (

    select
        *,
        cast({{ dbt.dateadd('day', 3, 'week_start_date') }} as date) as week_middle

    from (

        select
            fiscal.*,
            cast(
                {{ dbt.dateadd(
                    'day',
                    "-((fiscal.iso_day_of_week + 7 - case run.week_start"
                    ~ " when 'saturday' then 6 when 'sunday' then 7 else 1 end) % 7)",
                    'fiscal.calendar_date'
                ) }} as date
            ) as week_start_date

        from fiscal
        cross join run

    ) as started

),

final as (

    select
        weeks.calendar_date,
        cast(extract(year from weeks.iso_thursday) as integer) as iso_year,
        cast(floor((extract(doy from weeks.iso_thursday) - 1) / 7.0) as integer) + 1
            as iso_week,
        cast(extract(year from weeks.week_middle) as integer) as week_year,
        cast(floor((extract(doy from weeks.week_middle) - 1) / 7.0) as integer) + 1
            as week_number,
        weeks.week_start_date,
        cast(date_trunc('month', weeks.calendar_date) as date) as month_start_date,
        cast(date_trunc('quarter', weeks.calendar_date) as date) as quarter_start_date,
        cast(date_trunc('year', weeks.calendar_date) as date) as year_start_date,
        weeks.iso_day_of_week,
        weeks.jalali_year,
        weeks.jalali_month,
        cast(weeks.jalali_day as integer) as jalali_day,
        cast(
            {{ dbt.dateadd('day', '1 - weeks.jalali_day', 'weeks.calendar_date') }}
            as date
        ) as jalali_month_start_date,
        weeks.jalali_year_start_date,
        weeks.year_of_first_day + case
            when
                run.fiscal_named_after = 'last_day'
                and not (run.fiscal_month = 1 and run.fiscal_day = 1)
                then 1
            else 0
        end as fiscal_year,
        -- Quarters have 89 days at least.
        cast(
            floor(
                {{ dbt.datediff(
                    'weeks.fiscal_year_start_date',
                    'weeks.fiscal_quarter_start_date',
                    'day'
                ) }} / 88.0
            ) as integer
        ) + 1 as fiscal_quarter,
        weeks.fiscal_year_start_date,
        weeks.fiscal_quarter_start_date,
        dim_holidays.holiday_date is not null as is_holiday

    from weeks
    cross join run

    left join dim_holidays
        on weeks.calendar_date = dim_holidays.holiday_date
            and run.country_code = dim_holidays.country_code
            and not dim_holidays.is_working_day

    where weeks.calendar_date >= cast('2015-01-01' as date)

)

select * from final
