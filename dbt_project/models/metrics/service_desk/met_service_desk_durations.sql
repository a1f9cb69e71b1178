-- Grain: one row per KPI, cell, local day and duration: first responses.
with

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

clocks as (

    select
        kpi_id,
        definition_version

    from kpis

    where family = 'first_response'

    group by kpi_id, definition_version

),

responses as (

    select
        clocks.kpi_id,
        clocks.definition_version,
        tickets.created_local_date,
        coalesce(tickets.market, 'unknown') as market,
        coalesce(tickets.segment, 'unknown') as segment,
        coalesce(tickets.channel, 'unknown') as channel,
        tickets.queue_id,
        tickets.first_reply_agent_id,
        case clocks.kpi_id
            when 'K-FRT' then tickets.first_response_calendar_milliseconds
            when 'K-FRT.B' then tickets.first_response_business_milliseconds
        end as milliseconds

    from fct_tickets as tickets

    cross join clocks

    where
        not tickets.is_internal
        and not tickets.is_spam
        and not tickets.is_merged
        and not tickets.is_clock_skewed

),

counted as (

    select
        *,
        cast(count(*) as bigint) as count_values

    from responses

    where milliseconds is not null

    group by all

),

final as (

    select
        kpi_id,
        definition_version,
        created_local_date as local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', channel='channel', queue='queue_id',
            agent='first_reply_agent_id'
        ) }},
        milliseconds,
        count_values

    from counted

)

select * from final
