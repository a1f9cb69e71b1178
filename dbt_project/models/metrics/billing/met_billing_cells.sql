{% set inputs = {
    'met_invoices': [
        ['due_on', 'paid_in_full_on'], 'market', 'segment', 'notice_channel',
        'is_judged', 'is_judged_by_due_day', 'is_paid_on_time', 'is_paid_by_due_day',
        'is_paid_late', 'days_late', 'is_notice_due', 'is_noticed_in_time',
        'is_channel_known', 'is_paid_by_notice_channel', 'reporting_hundredths',
        'reporting_real_hundredths',
    ],
} -%}
{{ grows_by_day('local_date', inputs, {'kpis': []}) }}
-- Grain: one row per KPI statistic, cell and local day: invoices.
with

met_invoices as (

    {{ rows_of_changed_days('met_invoices', inputs) }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        case kpis.kpi_id
            when 'K-SAMECH' then invoices.paid_in_full_on
            else invoices.due_on
        end as local_date,
        invoices.market,
        invoices.segment,
        coalesce(invoices.notice_channel, 'unknown') as channel,
        case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-PAY value' then invoices.is_paid_on_time
            when 'K-PAY due_day' then invoices.is_paid_by_due_day
            when 'K-PAY by_amount' then invoices.is_paid_on_time
            when 'K-PAY by_amount_real' then invoices.is_paid_on_time
            when 'K-PAY days_late' then true
            when 'K-NOTICE.I value' then invoices.is_noticed_in_time
            when 'K-SAMECH value' then invoices.is_paid_by_notice_channel
        end as is_success,
        case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-PAY by_amount' then 100 * invoices.reporting_hundredths
            when 'K-PAY by_amount_real' then 100 * invoices.reporting_real_hundredths
            when 'K-PAY days_late' then cast(invoices.days_late as bigint)
            else 1
        end as gain,
        case kpis.statistic
            when 'by_amount' then invoices.reporting_hundredths
            when 'by_amount_real' then invoices.reporting_real_hundredths
            else 1
        end as base

    from met_invoices as invoices

    inner join kpis
        on kpis.family = 'billing'
            and kpis.kind in ('proportion', 'ratio', 'mean')
            and case concat(kpis.kpi_id, ' ', kpis.statistic)
                when 'K-PAY days_late' then invoices.is_paid_late
                when 'K-PAY due_day' then invoices.is_judged_by_due_day
                when 'K-NOTICE.I value' then invoices.is_notice_due
                when 'K-SAMECH value' then invoices.is_channel_known
                else invoices.is_judged
            end

),

units as (

    select
        *,
        case when is_success then gain else 0 end as numerator

    from parts

    where base > 0 and {{ is_changed_day('local_date') }}

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(market='market', segment='segment', channel='channel') }},
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(base) as bigint) as denominator,
        count(*) as n,
        cast(
            sum(cast(numerator as decimal(19, 0)) * cast(numerator as decimal(19, 0)))
            as decimal(38, 0)
        ) as sum_of_squares,
        cast(
            sum(cast(base as decimal(19, 0)) * cast(base as decimal(19, 0)))
            as decimal(38, 0)
        ) as sum_denominator_squares,
        cast(
            sum(cast(numerator as decimal(19, 0)) * cast(base as decimal(19, 0)))
            as decimal(38, 0)
        ) as sum_cross_products

    from units

    group by
        kpi_id,
        definition_version,
        statistic,
        local_date,
        market,
        segment,
        channel

)

select * from final
