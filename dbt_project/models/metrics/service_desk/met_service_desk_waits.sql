{{ config(materialized='view') }}
-- Grain: one row per ticket and clock: how long it waited for an answer, or waits.
with

met_service_desk_tickets as (

    select * from {{ ref('met_service_desk_tickets') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

waits as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.grains,
        kpis.period_types,
        tickets.created_local_date as local_date,
        {{ kpi_grain_keys(
            market='tickets.market', segment='tickets.segment',
            channel='tickets.channel', queue='tickets.queue_id'
        ) }},
        case kpis.kpi_id
            when 'K-FRT' then tickets.first_response_calendar_milliseconds
            else tickets.first_response_business_milliseconds
        end as reply_milliseconds,
        case kpis.kpi_id
            when 'K-FRT' then tickets.age_calendar_milliseconds
            else tickets.age_business_milliseconds
        end as age_milliseconds

    from met_service_desk_tickets as tickets

    inner join kpis
        on kpis.family = 'service_desk'
            and kpis.statistic = 'median_censored'

    where tickets.is_response_counted

),

final as (

    select
        *,
        coalesce(reply_milliseconds, age_milliseconds) as milliseconds,
        case when reply_milliseconds is not null then 1 else 0 end as count_ended

    from waits

    where coalesce(reply_milliseconds, age_milliseconds) is not null

)

select * from final
