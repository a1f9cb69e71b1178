-- Grain: one row per KPI statistic, cell and local day: complaints answered in time,
-- self-service, and the cost of contacts by month.
with

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}

),

met_contact_cost_pools as (

    select * from {{ ref('met_contact_cost_pools') }}

),

met_self_services as (

    select * from {{ ref('met_self_services') }}
    where is_solved

),

met_complaints as (

    select * from {{ ref('met_complaints') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

served as (

    select
        contact_local_date as local_date,
        market,
        channel,
        0 as numerator

    from met_issue_contacts

    union all

    select
        service_local_date as local_date,
        market,
        channel,
        1 as numerator

    from met_self_services

),

self_services as (

    select
        local_date,
        market,
        channel,
        cast(sum(numerator) as bigint) as numerator,
        cast(count(*) as bigint) as denominator

    from served

    group by local_date, market, channel

),

complaints as (

    select
        complaints.complaint_local_date as local_date,
        complaints.market,
        complaints.channel,
        complaints.product_name,
        complaints.reason,
        cast(
            count(*) filter (where complaints.is_acknowledged_in_time) as bigint
        ) as numerator,
        cast(count(*) as bigint) as denominator

    from met_complaints as complaints

    group by
        complaints.complaint_local_date,
        complaints.market,
        complaints.channel,
        complaints.product_name,
        complaints.reason

),

-- Where a market or channel has no ledger of its own its cost is unknown, not nothing.
costs as (

    select
        pools.month_start_date as local_date,
        kpis.statistic,
        case when pools.has_market_ledger then pools.market end as market,
        case when pools.has_channel_ledger then pools.channel end as channel,
        case kpis.statistic
            when 'real' then pools.real_cost_hundredths
            else pools.cost_hundredths
        end as numerator,
        pools.count_contacts as denominator

    from met_contact_cost_pools as pools

    inner join kpis
        on kpis.kpi_id = 'K-CPC'

    where
        pools.is_costed
        and (
            kpis.statistic = 'value'
            or pools.real_cost_hundredths is not null
            or pools.cost_hundredths is null
        )

),

parts as (

    select
        'K-SELF' as kpi_id,
        'value' as statistic,
        local_date,
        market,
        channel,
        cast(null as varchar) as product_name,
        cast(null as varchar) as reason,
        numerator,
        denominator

    from self_services

    union all

    select
        'K-COMPL' as kpi_id,
        'acknowledged' as statistic,
        local_date,
        market,
        channel,
        product_name,
        reason,
        numerator,
        denominator

    from complaints

    union all

    select
        'K-CPC' as kpi_id,
        statistic,
        local_date,
        market,
        channel,
        cast(null as varchar) as product_name,
        cast(null as varchar) as reason,
        coalesce(numerator, 0) as numerator,
        denominator

    from costs

),

final as (

    select
        parts.kpi_id,
        kpis.definition_version,
        parts.statistic,
        parts.local_date,
        {{ kpi_grain_keys(
            market='parts.market', channel='parts.channel',
            product='parts.product_name', reason='parts.reason'
        ) }},
        parts.numerator,
        parts.denominator,
        parts.denominator as n,
        -- A ledger is no sample: it has no spread.
        cast(
            case when kpis.kind = 'proportion' then parts.numerator else 0 end
            as decimal(38, 0)
        ) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from parts

    inner join kpis
        on parts.kpi_id = kpis.kpi_id
            and parts.statistic = kpis.statistic

)

select * from final
