-- Grain: one row per KPI statistic, cell and local day: menu, recordings, calls.
with

met_agents_menu_days as (

    select * from {{ ref('met_agents_menu_days') }}

),

met_agents_recording_days as (

    select * from {{ ref('met_agents_recording_days') }}

),

met_agents_retried_calls as (

    select * from {{ ref('met_agents_retried_calls') }}

),

met_agents_misrouted_calls as (

    select * from {{ ref('met_agents_misrouted_calls') }}

),

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}
    where cell_kind = 'customer'

),

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'agents'

),

retried as (

    select
        fct_calls.entered_local_date as local_date,
        coalesce(fct_calls.market, 'unknown') as market,
        coalesce(fct_calls.segment, 'unknown') as segment,
        cast(count(*) as bigint) as count_retried

    from met_agents_retried_calls

    inner join fct_calls
        on met_agents_retried_calls.contact_id = fct_calls.contact_id

    group by
        fct_calls.entered_local_date,
        coalesce(fct_calls.market, 'unknown'),
        coalesce(fct_calls.segment, 'unknown')

),

misrouted as (

    select
        fct_calls.answered_local_date as local_date,
        coalesce(fct_calls.market, 'unknown') as market,
        coalesce(fct_calls.segment, 'unknown') as segment,
        cast(count(*) as bigint) as count_misrouted

    from met_agents_misrouted_calls

    inner join fct_calls
        on met_agents_misrouted_calls.contact_id = fct_calls.contact_id

    where
        not fct_calls.is_internal
        and coalesce(fct_calls.direction, 'inbound') = 'inbound'
        and fct_calls.outcome = 'answered'
        and not fct_calls.is_open
        and fct_calls.talk_milliseconds is not null

    group by
        fct_calls.answered_local_date,
        coalesce(fct_calls.market, 'unknown'),
        coalesce(fct_calls.segment, 'unknown')

),

units as (

    select
        'K-IVR' as kpi_id,
        local_date,
        cast(null as varchar) as market,
        cast(null as varchar) as segment,
        cast(null as varchar) as queue_id,
        count_contained as count_value,
        count_dropped as count_drop,
        count_queued as count_to_queue,
        cast(null as bigint) as count_overdue,
        count_ended as count_base,
        cast(null as bigint) as count_overdue_base

    from met_agents_menu_days

    union all

    select
        'K-REC' as kpi_id,
        local_date,
        cast(null as varchar) as market,
        cast(null as varchar) as segment,
        queue_id,
        count_recorded as count_value,
        cast(null as bigint) as count_drop,
        cast(null as bigint) as count_to_queue,
        count_overdue,
        count_eligible as count_base,
        count_past_retention as count_overdue_base

    from met_agents_recording_days

    union all

    select
        'K-BUSY.P' as kpi_id,
        cells.local_date,
        cells.market,
        cells.segment,
        cast(null as varchar) as queue_id,
        cells.count_blocked - coalesce(retried.count_retried, 0) as count_value,
        cast(null as bigint) as count_drop,
        cast(null as bigint) as count_to_queue,
        cast(null as bigint) as count_overdue,
        cells.count_offered + cells.count_blocked - coalesce(retried.count_retried, 0)
            as count_base,
        cast(null as bigint) as count_overdue_base

    from met_contact_center_cells as cells

    left join retried
        on cells.local_date = retried.local_date
            and cells.market = retried.market
            and cells.segment = retried.segment

    union all

    select
        'K-XFER' as kpi_id,
        cells.local_date,
        cells.market,
        cells.segment,
        cast(null as varchar) as queue_id,
        coalesce(misrouted.count_misrouted, 0) as count_value,
        cast(null as bigint) as count_drop,
        cast(null as bigint) as count_to_queue,
        cast(null as bigint) as count_overdue,
        cells.count_handled as count_base,
        cast(null as bigint) as count_overdue_base

    from met_contact_center_cells as cells

    left join misrouted
        on cells.local_date = misrouted.local_date
            and cells.market = misrouted.market
            and cells.segment = misrouted.segment

),

parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        units.local_date,
        units.market,
        units.segment,
        units.queue_id,
        case kpis.statistic
            when 'value' then units.count_value
            when 'misroute' then units.count_value
            when 'drop' then units.count_drop
            when 'to_queue' then units.count_to_queue
            when 'overdue' then units.count_overdue
        end as numerator,
        case kpis.statistic
            when 'overdue' then units.count_overdue_base
            else units.count_base
        end as denominator

    from units

    inner join kpis
        on units.kpi_id = kpis.kpi_id

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(market='market', segment='segment', queue='queue_id') }},
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(denominator) as bigint) as denominator,
        cast(sum(denominator) as bigint) as n,
        cast(sum(numerator) as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from parts

    where denominator > 0

    group by
        kpi_id, definition_version, statistic, local_date, market, segment, queue_id

)

select * from final
