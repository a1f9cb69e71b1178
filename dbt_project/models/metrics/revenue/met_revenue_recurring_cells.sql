{% set inputs = {
    'met_revenue_movements': [
        'period_start', 'period_end', 'period_type', 'market', 'segment', 'is_complete',
        'is_referred', 'start_mrr_amount', 'end_mrr_amount', 'movement',
        'start_mrr_real_amount', 'end_mrr_real_amount', 'movement_real',
    ],
} -%}
{{ grows_by_day('period_start', inputs, {'kpis': []}) }}
-- Grain: one row per KPI statistic, ended period, market and segment: money, summed.
with

met_revenue_movements as (

    {{ rows_of_changed_days('met_revenue_movements', inputs) }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

customers as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        movements.period_type,
        movements.period_start,
        movements.period_end,
        movements.market,
        movements.segment,
        movements.is_referred,
        kpis.kpi_id = 'K-MRR' as is_amount,
        case
            when kpis.statistic = 'real' then movements.start_mrr_real_amount
            else movements.start_mrr_amount
        end as start_amount,
        case
            when kpis.statistic = 'real' then movements.end_mrr_real_amount
            else movements.end_mrr_amount
        end as end_amount,
        case
            when kpis.statistic = 'real' then movements.movement_real
            else movements.movement
        end as movement

    from met_revenue_movements as movements

    inner join kpis
        on kpis.kpi_id in (
                'K-MRR', 'K-GRR', 'K-NRR', 'K-NRR.R', 'K-REVCH', 'K-ERG'
            )
            and concat('|', kpis.period_types, '|')
            like concat('%|', movements.period_type, '|%')

    where movements.is_complete

),

-- Gross retention keeps no more of a customer than there was; net retention keeps what
-- those of the start pay now. A movement without its amount is unknown, not nothing.
measured as (

    select
        *,
        case
            when start_amount is null or end_amount is null then null
            when kpi_id = 'K-MRR' and statistic in ('value', 'real') then end_amount
            when kpi_id = 'K-MRR' and statistic = 'opening' then start_amount
            when kpi_id = 'K-MRR' and statistic = movement
                then abs(end_amount - start_amount)
            when kpi_id = 'K-GRR' then least(start_amount, end_amount)
            when kpi_id = 'K-REVCH'
                then start_amount - least(start_amount, end_amount)
            when kpi_id = 'K-NRR' and start_amount > 0 then end_amount
            when
                kpi_id = 'K-NRR.R' and (start_amount > 0 or movement = 'reactivation')
                then end_amount
            when kpi_id = 'K-ERG' and start_amount > 0 then end_amount - start_amount
            when kpi_id = 'K-ERG' and movement = 'new' and is_referred
                then end_amount
            else 0
        end as amount

    from customers

),

hundredths as (

    select
        *,
        cast(100 * amount as bigint) as numerator,
        case when not is_amount then cast(100 * start_amount as bigint) end
            as denominator,
        case
            when is_amount then cast(start_amount > 0 or end_amount > 0 as integer)
            else cast(start_amount > 0 as integer)
        end as is_counted

    from measured

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        period_type,
        period_start,
        period_end,
        market,
        segment,
        case when count(numerator) = count(*) then cast(sum(numerator) as bigint) end
            as numerator,
        cast(sum(denominator) as bigint) as denominator,
        coalesce(cast(sum(is_counted) as bigint), 0) as n,
        cast(sum(
            cast(numerator as decimal(38, 0)) * cast(numerator as decimal(38, 0))
        ) as decimal(38, 0)) as sum_of_squares,
        cast(sum(
            cast(denominator as decimal(38, 0)) * cast(denominator as decimal(38, 0))
        ) as decimal(38, 0)) as sum_denominator_squares,
        cast(sum(
            cast(numerator as decimal(38, 0)) * cast(denominator as decimal(38, 0))
        ) as decimal(38, 0)) as sum_cross_products

    from hundredths

    group by
        kpi_id,
        definition_version,
        statistic,
        period_type,
        period_start,
        period_end,
        market,
        segment

)

select * from final
