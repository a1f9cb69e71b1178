-- Grain: one row per KPI statistic, cell and local due day: renewals.
with

met_renewals as (

    select * from {{ ref('met_renewals') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        renewals.due_on,
        renewals.market,
        renewals.segment,
        renewals.product_name,
        case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-NOTICE.R value' then renewals.is_noticed_in_time
            when 'K-RENEW with_grace' then renewals.is_renewed_with_grace
            else renewals.is_renewed_on_time
        end as is_success,
        case kpis.statistic
            when 'by_amount' then 100 * renewals.reporting_hundredths
            when 'by_amount_real' then 100 * renewals.reporting_real_hundredths
            else 1
        end as gain,
        case kpis.statistic
            when 'by_amount' then renewals.reporting_hundredths
            when 'by_amount_real' then renewals.reporting_real_hundredths
            else 1
        end as base

    from met_renewals as renewals

    inner join kpis
        on kpis.family = 'renewal'
            and kpis.kind in ('proportion', 'ratio')
            and case kpis.kpi_id
                when 'K-NOTICE.R' then renewals.is_due
                else renewals.is_judged
            end

),

units as (

    select
        *,
        case when is_success then gain else 0 end as numerator

    from parts

    where base > 0

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        due_on as local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', product='product_name'
        ) }},
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
        due_on,
        market,
        segment,
        product_name

)

select * from final
