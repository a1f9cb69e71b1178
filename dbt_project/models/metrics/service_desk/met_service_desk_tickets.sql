-- Grain: one row per ticket: what the KPIs of the service desk ask of it.
with

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

fct_ticket_status_changes as (

    select * from {{ ref('fct_ticket_status_changes') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

parameters as (

    select
        max(threshold_milliseconds) filter (
            where kpi_id = 'K-FRT' and statistic = 'in_time'
        ) as reply_calendar_milliseconds,
        max(threshold_milliseconds) filter (
            where kpi_id = 'K-FRT.B' and statistic = 'in_time'
        ) as reply_business_milliseconds,
        max(maturity_days) filter (where kpi_id = 'K-REOPEN') as reopen_days

    from kpis

),

-- What was closed before anybody solved it.
first_endings as (

    select
        ticket_id,
        min_by(is_logged and status = 'closed', position_in_ticket)
            as is_closed_unsolved

    from fct_ticket_status_changes

    where is_solution

    group by ticket_id

),

allowed as (

    select
        fct_tickets.*,
        {{ dbt.datediff(
            'fct_tickets.created_at', 'fct_tickets.first_due_at', 'millisecond'
        ) }} as first_due_milliseconds,
        {{ dbt.datediff(
            'fct_tickets.created_at', 'fct_tickets.solve_due_at', 'millisecond'
        ) }} as solve_due_milliseconds,
        parameters.reply_calendar_milliseconds,
        parameters.reply_business_milliseconds,
        cast(
            fct_tickets.first_solved_local_date
            + interval 1 day * parameters.reopen_days as date
        ) <= dim_run.as_of as is_reopening_known,
        coalesce(first_endings.is_closed_unsolved, false) as is_closed_unsolved,
        not fct_tickets.is_internal
        and not fct_tickets.is_spam
        and not fct_tickets.is_merged as is_counted

    from fct_tickets

    cross join parameters

    cross join dim_run

    left join first_endings
        on fct_tickets.ticket_id = first_endings.ticket_id

),

-- A target binds once its moment has passed: who is still in time is not yet a success.
judged as (

    select
        *,
        is_counted and not is_clock_skewed as is_response_counted,
        coalesce(first_due_milliseconds, reply_calendar_milliseconds)
        < age_calendar_milliseconds as is_first_reply_due,
        coalesce(
            first_response_calendar_milliseconds
            <= coalesce(first_due_milliseconds, reply_calendar_milliseconds),
            false
        ) as is_first_reply_in_time,
        coalesce(reply_business_milliseconds < age_business_milliseconds, false)
            as is_first_reply_business_due,
        coalesce(
            first_response_business_milliseconds <= reply_business_milliseconds, false
        ) as is_first_reply_business_in_time,
        coalesce(
            not is_clock_skewed and first_due_milliseconds < age_calendar_milliseconds,
            false
        ) as is_first_target_due,
        coalesce(
            first_response_calendar_milliseconds <= first_due_milliseconds, false
        ) as is_first_target_met,
        coalesce(solve_due_milliseconds < age_calendar_milliseconds, false)
            as is_solve_target_due,
        coalesce(
            first_resolution_calendar_milliseconds <= solve_due_milliseconds
            and not is_closed_unsolved,
            false
        ) as is_solve_target_met

    from allowed

),

final as (

    select
        ticket_id,
        coalesce(market, 'unknown') as market,
        coalesce(segment, 'unknown') as segment,
        coalesce(channel, 'unknown') as channel,
        queue_id,
        first_reply_agent_id,
        created_local_date,
        first_solved_local_date,
        last_solved_local_date,
        is_counted,
        is_response_counted,
        first_response_calendar_milliseconds,
        first_response_business_milliseconds,
        first_resolution_calendar_milliseconds,
        first_resolution_business_milliseconds,
        full_resolution_calendar_milliseconds,
        full_resolution_business_milliseconds,
        open_time_milliseconds,
        open_time_business_milliseconds,
        age_calendar_milliseconds,
        age_business_milliseconds,
        is_first_reply_due,
        is_first_reply_in_time,
        is_first_reply_business_due,
        is_first_reply_business_in_time,
        is_first_target_due,
        is_first_target_met,
        is_solve_target_due,
        is_solve_target_met,
        is_first_target_due or is_solve_target_due as is_any_target_due,
        (is_first_target_met or not is_first_target_due)
        and (is_solve_target_met or not is_solve_target_due) as is_every_target_met,
        is_closed_unsolved,
        case
            when first_solved_local_date is not null and not is_closed_unsolved
                then count_reopens > 0
        end as is_reopened,
        coalesce(is_reopening_known, false) as is_reopening_known

    from judged

)

select * from final
