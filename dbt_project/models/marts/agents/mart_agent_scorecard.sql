-- Grain: one row per agent and month of the company calendar with anything measured.
with

met_agents_scorecards as (

    select * from {{ ref('met_agents_scorecards') }}

),

met_agents_evaluations as (

    select * from {{ ref('met_agents_evaluations') }}
    where is_counted

),

met_agents_covered_days as (

    select * from {{ ref('met_agents_covered_days') }}

),

met_agents_state_days as (

    select * from {{ ref('met_agents_state_days') }}
    where is_occupancy_known

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

months as (

    select
        met_periods.calendar_date,
        met_periods.period_start

    from met_periods

    inner join dim_run
        on met_periods.period_type = case dim_run.calendar
                when 'jalali' then 'jalali_month'
                else 'month'
            end

),

scorecards as (

    select
        met_agents_scorecards.*,
        met_agents_scorecards.period_end <= dim_run.as_of as is_ended

    from met_agents_scorecards

    inner join dim_run
        on met_agents_scorecards.period_type = case dim_run.calendar
                when 'jalali' then 'jalali_month'
                else 'month'
            end

),

evaluation_months as (

    select
        evaluations.agent_id,
        months.period_start,
        cast(count(*) as bigint) as count_evaluations,
        cast(count(*) filter (where evaluations.is_auto_fail) as bigint)
            as count_auto_failed,
        cast(count(*) filter (where evaluations.is_low) as bigint)
            as count_low_evaluations,
        cast(count(*) filter (
            where evaluations.is_low and evaluations.is_coached_in_time
        ) as bigint) as count_coached_in_time,
        max(evaluations.coached_local_date) as last_coached_date

    from met_agents_evaluations as evaluations

    inner join months
        on evaluations.evaluated_local_date = months.calendar_date

    group by evaluations.agent_id, months.period_start

),

contact_months as (

    select
        days.agent_id,
        months.period_start,
        cast(sum(days.count_handled) as bigint) as count_handled,
        cast(sum(days.count_evaluated) as bigint) as count_evaluated

    from met_agents_covered_days as days

    inner join months
        on days.local_date = months.calendar_date

    group by days.agent_id, months.period_start

),

state_months as (

    select
        days.agent_id,
        months.period_start,
        cast(count(*) as bigint) as count_occupancy_days,
        cast(sum(days.handling_milliseconds) as bigint) as handling_milliseconds,
        cast(sum(days.idle_milliseconds) as bigint) as idle_milliseconds,
        cast(sum(days.ring_milliseconds) as bigint) as ring_milliseconds,
        cast(sum(days.login_milliseconds) as bigint) as login_milliseconds

    from met_agents_state_days as days

    inner join months
        on days.local_date = months.calendar_date

    group by days.agent_id, months.period_start

),

final as (

    select
        scorecards.agent_id,
        scorecards.agent_number,
        scorecards.team_name,
        scorecards.period_start as month_start_date,
        scorecards.period_end as month_end_date,
        scorecards.is_ended,
        round(scorecards.score, 6) as score,
        round(scorecards.weight_available_pct, 6) as weight_available_pct,
        scorecards.component_set,
        scorecards.count_observations,
        round(scorecards.qa_own_value, 6) as qa_pct,
        round(scorecards.qa_score, 6) as qa_component,
        round(scorecards.csat_own_value, 6) as csat_pct,
        round(scorecards.csat_score, 6) as csat_component,
        round(scorecards.fcr_own_value, 6) as fcr_pct,
        round(scorecards.fcr_score, 6) as fcr_component,
        round(scorecards.aht_own_value, 6) as average_handle_seconds,
        round(scorecards.aht_score, 6) as aht_component,
        round(scorecards.adherence_own_value, 6) as adherence_pct,
        round(scorecards.adherence_score, 6) as adherence_component,
        round(scorecards.transfer_own_value, 6) as transfer_pct,
        round(scorecards.transfer_score, 6) as transfer_component,
        coalesce(scorecards.csat_n, 0) as count_answers,
        coalesce(scorecards.fcr_n, 0) as count_issues,
        coalesce(contact_months.count_handled, 0) as count_handled,
        coalesce(contact_months.count_evaluated, 0) as count_evaluated,
        {{ percentage(
            'contact_months.count_evaluated', 'contact_months.count_handled'
        ) }} as evaluated_pct,
        coalesce(evaluation_months.count_evaluations, 0) as count_evaluations,
        coalesce(evaluation_months.count_evaluations, 0)
        >= {{ var('qa_minimum_evaluations') }} as has_minimum_evaluations,
        coalesce(evaluation_months.count_auto_failed, 0) as count_auto_failed,
        coalesce(evaluation_months.count_low_evaluations, 0) as count_low_evaluations,
        coalesce(evaluation_months.count_coached_in_time, 0) as count_coached_in_time,
        evaluation_months.last_coached_date,
        coalesce(state_months.count_occupancy_days, 0) as count_occupancy_days,
        state_months.handling_milliseconds,
        state_months.idle_milliseconds,
        state_months.ring_milliseconds,
        state_months.login_milliseconds,
        {{ percentage(
            'state_months.handling_milliseconds',
            '(state_months.handling_milliseconds + state_months.idle_milliseconds'
            ~ ' + state_months.ring_milliseconds)'
        ) }} as occupancy_pct,
        {{ percentage(
            'state_months.handling_milliseconds', 'state_months.login_milliseconds'
        ) }} as utilization_pct

    from scorecards

    left join evaluation_months
        on scorecards.agent_id = evaluation_months.agent_id
            and scorecards.period_start = evaluation_months.period_start

    left join contact_months
        on scorecards.agent_id = contact_months.agent_id
            and scorecards.period_start = contact_months.period_start

    left join state_months
        on scorecards.agent_id = state_months.agent_id
            and scorecards.period_start = state_months.period_start

)

select * from final
