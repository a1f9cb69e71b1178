-- Grain: one row per day: the last one on which what is due then can be paid in time.
with

dim_calendar as (

    select * from {{ ref('dim_calendar') }}

),

dim_business_hours as (

    select * from {{ ref('dim_business_hours') }}

),

schedule_assignments as (

    select * from {{ ref('schedule_assignments') }}
    where assignee_kind = 'company'

),

opening_days as (

    select dim_calendar.calendar_date

    from dim_calendar

    inner join schedule_assignments
        on dim_calendar.calendar_date >= coalesce(
                cast(schedule_assignments.valid_from as date), date '1900-01-01'
            )
            and dim_calendar.calendar_date < coalesce(
                cast(schedule_assignments.valid_to as date), date '9999-12-31'
            )

    inner join dim_business_hours as hours
        on schedule_assignments.schedule_id = hours.schedule_id
            and dim_calendar.iso_day_of_week = hours.iso_day_of_week
            and dim_calendar.calendar_date >= hours.valid_from
            and dim_calendar.calendar_date < hours.valid_to

    where not dim_calendar.is_holiday

    group by dim_calendar.calendar_date

),

final as (

    select
        dim_calendar.calendar_date,
        coalesce(
            min(opening_days.calendar_date) over (
                order by dim_calendar.calendar_date
                rows between current row and 30 following
            ),
            dim_calendar.calendar_date
        ) as payable_until

    from dim_calendar

    left join opening_days
        on dim_calendar.calendar_date = opening_days.calendar_date

)

select * from final
