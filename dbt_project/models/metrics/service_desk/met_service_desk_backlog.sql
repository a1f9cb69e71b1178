-- Grain: one row per queue, age band and local day at whose end a ticket was unsolved.
with

fct_ticket_status_changes as (

    select * from {{ ref('fct_ticket_status_changes') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}
    where not is_internal and not is_spam and not is_merged

),

dim_calendar as (

    select * from {{ ref('dim_calendar') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

bands as (

    select
        age_band,
        first_day,
        lead(first_day, 1, 1000000) over (order by first_day) as next_day

    from {{ ref('backlog_age_bands') }}

),

-- Of several statuses of a day only the last sees its end.
statuses as (

    select
        ticket_id,
        status,
        queue_id,
        valid_from_local_date as first_date,
        lead(valid_from_local_date, 1, date '9999-12-31') over (
            partition by ticket_id
            order by position_in_ticket
        ) as next_date

    from fct_ticket_status_changes

),

spells as (

    select
        coalesce(statuses.queue_id, 'unknown') as queue_id,
        statuses.status,
        fct_tickets.created_local_date,
        statuses.first_date,
        statuses.next_date,
        count(*) as count_tickets

    from statuses

    inner join fct_tickets
        on statuses.ticket_id = fct_tickets.ticket_id

    where
        statuses.status in ('new', 'open', 'pending', 'on_hold')
        and statuses.first_date < statuses.next_date

    group by all

),

days as (

    select
        spells.*,
        dim_calendar.calendar_date as local_date,
        {{ dbt.datediff(
            'spells.created_local_date', 'dim_calendar.calendar_date', 'day'
        ) }} as age_days

    from spells

    cross join dim_run

    inner join dim_calendar
        on spells.first_date <= dim_calendar.calendar_date
            and spells.next_date > dim_calendar.calendar_date
            and dim_run.as_of > dim_calendar.calendar_date

),

banded as (

    select
        days.*,
        bands.age_band

    from days

    inner join bands
        on days.age_days >= bands.first_day
            and days.age_days < bands.next_day

),

final as (

    select
        queue_id,
        age_band,
        local_date,
        cast(sum(count_tickets) as bigint) as count_open_tickets,
        coalesce(cast(
            sum(count_tickets) filter (where status = 'pending') as bigint
        ), 0) as count_waiting_for_customer,
        coalesce(cast(
            sum(count_tickets) filter (
                where age_days >= {{ var('backlog_old_days') }}
            ) as bigint
        ), 0) as count_old_tickets,
        max(age_days) as oldest_age_days

    from banded

    group by queue_id, age_band, local_date

)

select * from final
