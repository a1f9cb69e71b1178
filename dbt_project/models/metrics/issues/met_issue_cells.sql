{% set inputs = {
    'met_judged_contacts': [
        'contact_local_date', 'market', 'segment', 'channel', 'queue_id', 'agent_id',
        'reason', 'issue_id', 'is_first_of_issue', 'has_repeat_of_reason',
        'is_first_of_any_reason', 'has_repeat_of_any_reason', 'is_resolved',
    ],
} -%}
{{ grows_by_day('local_date', inputs, {'kpis': []}) }}
-- Grain: one row per KPI statistic, cell and local day: contacts that were followed.
with

met_judged_contacts as (

    {{ rows_of_changed_days('met_judged_contacts', inputs) }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'issue'

),

-- Counted once for all KPIs: every contact is in several of them.
counted as (

    select
        contacts.contact_local_date,
        contacts.market,
        contacts.segment,
        contacts.channel,
        contacts.queue_id,
        contacts.agent_id,
        contacts.reason,
        count(*) as count_contacts,
        count(*) filter (where not contacts.has_repeat_of_any_reason)
            as count_unrepeated,
        count(contacts.issue_id) as count_of_reason,
        count(contacts.issue_id) filter (where not contacts.has_repeat_of_reason)
            as count_unrepeated_of_reason,
        count(*) filter (where contacts.is_first_of_issue) as count_first_of_issue,
        count(*) filter (
            where contacts.is_first_of_issue and not contacts.has_repeat_of_reason
        ) as count_single_of_issue,
        count(*) filter (where contacts.is_first_of_any_reason) as count_first,
        count(*) filter (
            where contacts.is_first_of_any_reason
            and not contacts.has_repeat_of_any_reason
        ) as count_single,
        count(contacts.is_resolved) filter (where contacts.is_first_of_any_reason)
            as count_judged,
        count(*) filter (
            where contacts.is_first_of_any_reason and contacts.is_resolved
        ) as count_resolved

    from met_judged_contacts as contacts

    group by
        contacts.contact_local_date,
        contacts.market,
        contacts.segment,
        contacts.channel,
        contacts.queue_id,
        contacts.agent_id,
        contacts.reason

),

measured as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        counted.contact_local_date,
        counted.market,
        counted.segment,
        counted.channel,
        counted.queue_id,
        counted.agent_id,
        counted.reason,
        case kpis.kpi_id
            when 'K-NRC.A' then counted.count_unrepeated
            when 'K-NRC' then counted.count_unrepeated_of_reason
            when 'K-FCR' then counted.count_single_of_issue
            when 'K-FCR.A' then counted.count_single
            when 'K-FCR.S' then counted.count_resolved
        end as numerator,
        case kpis.kpi_id
            when 'K-NRC.A' then counted.count_contacts
            when 'K-NRC' then counted.count_of_reason
            when 'K-FCR' then counted.count_first_of_issue
            when 'K-FCR.A' then counted.count_first
            when 'K-FCR.S' then counted.count_judged
        end as denominator

    from counted

    cross join kpis

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

    from measured

    where denominator > 0

)

select * from final
