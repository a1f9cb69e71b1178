{% set inputs = {
    'met_service_desk_tickets': [
        ['created_local_date', 'first_solved_local_date'], 'market', 'segment', 'channel',
        'queue_id', 'is_counted', 'is_response_counted', 'is_first_reply_due',
        'is_first_reply_in_time', 'is_first_reply_business_due',
        'is_first_reply_business_in_time', 'first_response_calendar_milliseconds',
        'is_any_target_due', 'is_every_target_met', 'is_first_target_due',
        'is_first_target_met', 'is_solve_target_due', 'is_solve_target_met',
        'is_reopened',
    ],
    'met_service_desk_cases': [
        'opened_local_date', 'market', 'segment', 'reason', 'team_name', 'is_counted',
        'is_contact_due', 'is_contacted_in_time', 'is_resolution_due',
        'is_resolved_in_time', 'is_resurveyed', 'is_recovered',
    ],
    'met_service_desk_appointments': ['planned_local_date', 'location', 'is_on_time'],
    'met_service_desk_times': [
        'local_date', 'kpi_id', 'definition_version', 'market', 'segment', 'channel',
        'queue_id', 'agent_id', 'location', 'milliseconds',
    ],
} -%}
{{ grows_by_day('local_date', inputs, {'kpis': []}) }}
-- Grain: one row per KPI statistic, cell and local day: shares and means.
with

met_service_desk_tickets as (

    {{ rows_of_changed_days('met_service_desk_tickets', inputs) }}

),

met_service_desk_appointments as (

    {{ rows_of_changed_days('met_service_desk_appointments', inputs) }}

),

met_service_desk_cases as (

    {{ rows_of_changed_days('met_service_desk_cases', inputs) }}

),

met_service_desk_times as (

    {{ rows_of_changed_days('met_service_desk_times', inputs) }}

),

kpis as (

    select
        *,
        kpi_id || ' ' || statistic as measure

    from {{ ref('kpis') }}

    where family = 'service_desk'

),

ticket_results as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        tickets.market,
        tickets.segment,
        tickets.channel,
        tickets.queue_id,
        case kpis.kpi_id
            when 'K-REOPEN' then tickets.first_solved_local_date
            else tickets.created_local_date
        end as local_date,
        case kpis.measure
            when 'K-FRT in_time'
                then tickets.is_response_counted and tickets.is_first_reply_due
            when 'K-FRT.B in_time'
                then tickets.is_response_counted and tickets.is_first_reply_business_due
            when 'K-FRT unreplied' then tickets.is_response_counted
            when 'K-SLA value' then tickets.is_any_target_due
            when 'K-SLA first_reply' then tickets.is_first_target_due
            when 'K-SLA resolution' then tickets.is_solve_target_due
            when 'K-REOPEN value' then tickets.is_reopened is not null
        end as is_in_base,
        case kpis.measure
            when 'K-FRT in_time' then tickets.is_first_reply_in_time
            when 'K-FRT.B in_time' then tickets.is_first_reply_business_in_time
            when 'K-FRT unreplied'
                then tickets.first_response_calendar_milliseconds is null
            when 'K-SLA value' then tickets.is_every_target_met
            when 'K-SLA first_reply' then tickets.is_first_target_met
            when 'K-SLA resolution' then tickets.is_solve_target_met
            when 'K-REOPEN value' then tickets.is_reopened
        end as is_success

    from met_service_desk_tickets as tickets

    inner join kpis
        on kpis.kpi_id in ('K-FRT', 'K-FRT.B', 'K-SLA', 'K-REOPEN')
            and kpis.kind = 'proportion'

    where tickets.is_counted

),

case_results as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        cases.opened_local_date as local_date,
        cases.market,
        cases.segment,
        cases.reason,
        cases.team_name,
        case kpis.statistic
            when 'contacted' then cases.is_contact_due
            when 'resolved' then cases.is_resolution_due
            when 'recovered' then cases.is_resurveyed
        end as is_in_base,
        case kpis.statistic
            when 'contacted' then cases.is_contacted_in_time
            when 'resolved' then cases.is_resolved_in_time
            when 'recovered' then cases.is_recovered
        end as is_success

    from met_service_desk_cases as cases

    inner join kpis
        on kpis.kpi_id = 'K-LOOP'

    where cases.is_counted

),

-- A share counts ones, a mean adds milliseconds up.
units as (

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', channel='channel', queue='queue_id'
        ) }},
        cast(is_success as bigint) as amount

    from ticket_results

    where is_in_base

    union all

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', team='team_name', reason='reason'
        ) }},
        cast(is_success as bigint) as amount

    from case_results

    where is_in_base

    union all

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        appointments.planned_local_date as local_date,
        {{ kpi_grain_keys(location='appointments.location') }},
        cast(appointments.is_on_time as bigint) as amount

    from met_service_desk_appointments as appointments

    inner join kpis
        on kpis.kpi_id = 'K-PUNCT' and kpis.statistic = 'value'

    union all

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        times.local_date,
        {{ kpi_grain_keys(
            market='times.market', segment='times.segment', channel='times.channel',
            queue='times.queue_id', agent='times.agent_id', location='times.location'
        ) }},
        times.milliseconds as amount

    from met_service_desk_times as times

    inner join kpis
        on times.kpi_id = kpis.kpi_id
            and times.definition_version = kpis.definition_version
            and kpis.statistic = 'mean'

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {% for name in kpi_grain_names() %}
            {{ name }}_key,
        {% endfor %}
        cast(sum(amount) as bigint) as numerator,
        cast(count(*) as bigint) as denominator,
        cast(count(*) as bigint) as n,
        cast(sum(
            cast(amount as decimal(38, 0)) * cast(amount as decimal(38, 0))
        ) as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from units

    where {{ is_changed_day('local_date') }}

    group by all

)

select * from final
