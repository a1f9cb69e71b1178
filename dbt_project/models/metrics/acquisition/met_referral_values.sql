-- Grain: one row per KPI statistic, grain key and period: referrals and advocates.
with

met_advocacy_cells as (

    select * from {{ ref('met_advocacy_cells') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'referral'

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

sums as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.kind,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then cells.market
            when 'segment' then cells.segment
        end as grain_key,
        cells.period_type,
        cells.period_start,
        bool_and(cells.is_mature) as is_mature,
        cast(sum(cells.count_active) as bigint) as count_active,
        cast(sum(cells.count_active_at_end) as bigint) as count_active_at_end,
        cast(sum(cells.count_referrers) as bigint) as count_referrers,
        cast(sum(cells.count_advocates) as bigint) as count_advocates,
        cast(sum(cells.count_referrals) as bigint) as count_referrals,
        cast(sum(cells.count_mature_referrals) as bigint) as count_mature_referrals,
        cast(sum(cells.count_converted) as bigint) as count_converted

    from met_advocacy_cells as cells

    inner join kpis
        on concat('|', kpis.period_types, '|')
            like concat('%|', cells.period_type, '|%')

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.kind,
        kpi_grains.grain_name,
        grain_key,
        cells.period_type,
        cells.period_start

),

-- Referrals per customer times their conversion is converted per customer, once all
-- referrals of the period have had their time.
parts as (

    select
        {{ kpi_key() }},
        kind,
        case concat(kpi_id, ' ', statistic)
            when 'K-REF value' then count_referrers
            when 'K-REF conversion' then count_converted
            when 'K-REF k_factor' then case when is_mature then count_converted end
            when 'K-ADV value' then count_advocates
        end as numerator,
        case concat(kpi_id, ' ', statistic)
            when 'K-REF value' then count_active
            when 'K-REF conversion' then count_mature_referrals
            when 'K-REF k_factor' then case when is_mature then count_active else 0 end
            when 'K-ADV value' then count_active_at_end
        end as denominator,
        case concat(kpi_id, ' ', statistic)
            when 'K-REF conversion' then count_referrals
            when 'K-ADV value' then count_active_at_end
            else count_active
        end as n_with_immature

    from sums

),

final as (

    select
        {{ kpi_key() }},
        numerator,
        denominator,
        denominator as n,
        n_with_immature,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        case when kind = 'computed' then {{ ratio('numerator', 'denominator') }} end
            as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from parts

    where n_with_immature > 0

)

select * from final
