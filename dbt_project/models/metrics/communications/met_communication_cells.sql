{% set counts = [
    'sent', 'reported', 'delivered', 'bounced_hard', 'bounced_soft',
    'delivered_to_open', 'opened', 'clicked', 'unsubscribed', 'complained',
    'personalized', 'merged', 'merge_failed', 'with_preference', 'by_preference',
    'archived', 'retrievable',
] -%}
{% set inputs = {
    'met_communication_deliveries': [
        'sent_local_date', 'template_name', 'channel', 'purpose', 'market', 'segment',
        'count_after_opt_out',
    ],
} -%}
{% for name in counts -%}
    {% do inputs['met_communication_deliveries'].append('count_' ~ name) -%}
{% endfor -%}
{{ grows_by_day('local_date', inputs, {'kpis': []}) }}
-- Grain: one row per KPI statistic, cell and local day of sending.
with

met_communication_deliveries as (

    {{ rows_of_changed_days('met_communication_deliveries', inputs) }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

deliveries as (

    select
        template_name,
        channel,
        purpose,
        market,
        segment,
        sent_local_date,
        {% for name in counts -%}
            cast(sum(count_{{ name }}) as bigint) as count_{{ name }},
        {% endfor -%}
        cast(sum(count_after_opt_out) as bigint) as count_after_opt_out

    from met_communication_deliveries

    group by template_name, channel, purpose, market, segment, sent_local_date

),

parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        deliveries.*,
        case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-DELIV value' then deliveries.count_delivered
            when 'K-DELIV bounce_hard' then deliveries.count_bounced_hard
            when 'K-DELIV bounce_soft' then deliveries.count_bounced_soft
            when 'K-OPEN value' then deliveries.count_opened
            when 'K-OPEN click' then deliveries.count_clicked
            when 'K-OPEN click_to_open' then deliveries.count_clicked
            when 'K-UNSUB value' then deliveries.count_unsubscribed
            when 'K-UNSUB complaint' then deliveries.count_complained
            when 'K-PERS value' then deliveries.count_personalized
            when 'K-PERS merge_failure' then deliveries.count_merge_failed
            when 'K-PREFM value' then deliveries.count_by_preference
            when 'K-RETR value' then deliveries.count_retrievable
            when 'K-OPTV share' then deliveries.count_after_opt_out
        end as numerator,
        case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-DELIV value' then deliveries.count_reported
            when 'K-DELIV bounce_hard' then deliveries.count_reported
            when 'K-DELIV bounce_soft' then deliveries.count_reported
            when 'K-OPEN value' then deliveries.count_delivered_to_open
            when 'K-OPEN click' then deliveries.count_delivered_to_open
            when 'K-OPEN click_to_open' then deliveries.count_opened
            when 'K-UNSUB value' then deliveries.count_delivered
            when 'K-UNSUB complaint' then deliveries.count_delivered
            when 'K-PERS value' then deliveries.count_sent
            when 'K-PERS merge_failure' then deliveries.count_merged
            when 'K-PREFM value' then deliveries.count_with_preference
            when 'K-RETR value' then deliveries.count_archived
            when 'K-OPTV share' then deliveries.count_sent
        end as denominator

    from deliveries

    inner join kpis
        on kpis.family = 'communication'
            and kpis.kind = 'proportion'

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        sent_local_date as local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', channel='channel', purpose='purpose',
            template='template_name'
        ) }},
        numerator,
        denominator,
        denominator as n,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from parts

    where denominator > 0

)

select * from final
