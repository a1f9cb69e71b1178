{{ config(materialized='view') }}
-- Grain: one row per duration KPI and ticket or appointment that has the duration.
with

met_service_desk_tickets as (

    select * from {{ ref('met_service_desk_tickets') }}

),

met_service_desk_appointments as (

    select * from {{ ref('met_service_desk_appointments') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

versions as (

    select
        kpi_id,
        definition_version

    from kpis

    where family = 'service_desk'

    group by kpi_id, definition_version

),

ticket_times as (

    select
        versions.kpi_id,
        versions.definition_version,
        tickets.market,
        tickets.segment,
        tickets.channel,
        tickets.queue_id,
        case
            when versions.kpi_id in ('K-FRT', 'K-FRT.B')
                then tickets.first_reply_agent_id
        end as agent_id,
        case
            when versions.kpi_id in ('K-FRT', 'K-FRT.B') then tickets.created_local_date
            when versions.kpi_id in ('K-RES', 'K-RES.B')
                then tickets.first_solved_local_date
            else tickets.last_solved_local_date
        end as local_date,
        case
            when versions.kpi_id = 'K-FRT' and tickets.is_response_counted
                then tickets.first_response_calendar_milliseconds
            when versions.kpi_id = 'K-FRT.B' and tickets.is_response_counted
                then tickets.first_response_business_milliseconds
            when versions.kpi_id = 'K-RES'
                then tickets.first_resolution_calendar_milliseconds
            when versions.kpi_id = 'K-RES.B'
                then tickets.first_resolution_business_milliseconds
            when versions.kpi_id = 'K-RES.F'
                then tickets.full_resolution_calendar_milliseconds
            when versions.kpi_id = 'K-RES.FB'
                then tickets.full_resolution_business_milliseconds
            when versions.kpi_id = 'K-RES.O' then tickets.open_time_milliseconds
            when versions.kpi_id = 'K-RES.OB'
                then tickets.open_time_business_milliseconds
        end as milliseconds

    from met_service_desk_tickets as tickets

    cross join versions

    where tickets.is_counted

),

final as (

    select
        kpi_id,
        definition_version,
        local_date,
        market,
        segment,
        channel,
        queue_id,
        agent_id,
        cast(null as varchar) as location,
        milliseconds

    from ticket_times

    where milliseconds is not null

    union all

    select
        versions.kpi_id,
        versions.definition_version,
        appointments.planned_local_date as local_date,
        cast(null as varchar) as market,
        cast(null as varchar) as segment,
        cast(null as varchar) as channel,
        cast(null as varchar) as queue_id,
        cast(null as varchar) as agent_id,
        appointments.location,
        appointments.wait_milliseconds as milliseconds

    from met_service_desk_appointments as appointments

    inner join versions
        on versions.kpi_id = 'K-PUNCT'

)

select * from final
