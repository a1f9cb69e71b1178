-- Grain: one row per KPI statistic, cell and local day: contacts that were followed.
with

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}

),

met_issue_verdicts as (

    select * from {{ ref('met_issue_verdicts') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'issue'

),

counted as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        contacts.contact_local_date,
        contacts.market,
        contacts.segment,
        contacts.channel,
        contacts.queue_id,
        contacts.agent_id,
        contacts.reason,
        cast(
            count(*) filter (
                where case
                    when kpis.kpi_id = 'K-FCR.S' then verdicts.is_resolved
                    when kpis.kpi_id in ('K-FCR', 'K-NRC')
                        then not contacts.has_repeat_of_reason
                    else not contacts.has_repeat_of_any_reason
                end
            ) as bigint
        ) as numerator,
        cast(count(*) as bigint) as denominator

    from met_issue_contacts as contacts

    left join met_issue_verdicts as verdicts
        on contacts.interaction_id = verdicts.interaction_id

    inner join kpis
        on kpis.kpi_id = 'K-NRC.A'
            or (kpis.kpi_id = 'K-NRC' and contacts.issue_id is not null)
            or (kpis.kpi_id = 'K-FCR' and contacts.is_first_of_issue)
            or (kpis.kpi_id = 'K-FCR.A' and contacts.is_first_of_any_reason)
            or (
                kpis.kpi_id = 'K-FCR.S'
                and contacts.is_first_of_any_reason
                and verdicts.is_resolved is not null
            )

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        contacts.contact_local_date,
        contacts.market,
        contacts.segment,
        contacts.channel,
        contacts.queue_id,
        contacts.agent_id,
        contacts.reason

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        contact_local_date as local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', channel='channel', queue='queue_id',
            agent='agent_id', reason='reason'
        ) }},
        numerator,
        denominator,
        denominator as n,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from counted

)

select * from final
