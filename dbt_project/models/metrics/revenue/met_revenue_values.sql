-- Grain: one row per KPI statistic, grain key and period: bridges, cohorts.
with

met_revenue_recurring_cells as (

    select * from {{ ref('met_revenue_recurring_cells') }}

),

met_revenue_cohort_cells as (

    select * from {{ ref('met_revenue_cohort_cells') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

-- A month that is not over is in no base.
cohort_parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        cells.period_type,
        cells.cohort_month_start_date as period_start,
        cells.market,
        cells.segment,
        case
            when not cells.is_mature then 0
            when kpis.kpi_id = 'K-COH.U' then cells.count_active_or_later
            else cells.count_active
        end as numerator,
        case when cells.is_mature then cells.count_customers else 0 end as denominator,
        cells.count_customers as n_with_immature

    from met_revenue_cohort_cells as cells

    inner join kpis
        on kpis.kpi_id in ('K-COH', 'K-COH.U')
            and kpis.statistic
            = concat('month_', cast(cells.months_since_first_order as varchar))

),

parts as (

    select
        kpi_id,
        definition_version,
        statistic,
        period_type,
        period_start,
        market,
        segment,
        numerator,
        denominator,
        n,
        n as n_with_immature,
        sum_of_squares,
        sum_denominator_squares,
        sum_cross_products

    from met_revenue_recurring_cells

    union all

    select
        kpi_id,
        definition_version,
        statistic,
        period_type,
        period_start,
        market,
        segment,
        numerator,
        denominator,
        denominator as n,
        n_with_immature,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from cohort_parts

),

-- One cell without a rate leaves what holds it without a value.
summed as (

    select
        parts.kpi_id,
        parts.definition_version,
        parts.statistic,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then parts.market
            when 'segment' then parts.segment
        end as grain_key,
        parts.period_type,
        parts.period_start,
        kpis.kind,
        kpis.unit,
        kpis.unit_scale,
        kpis.scale_minimum,
        kpis.scale_maximum,
        cast(sum(parts.numerator) as bigint) as numerator,
        cast(sum(parts.denominator) as bigint) as denominator,
        cast(sum(parts.n) as bigint) as n,
        cast(sum(parts.n_with_immature) as bigint) as n_with_immature,
        cast(sum(parts.sum_of_squares) as decimal(38, 0)) as sum_of_squares,
        cast(sum(parts.sum_denominator_squares) as decimal(38, 0))
            as sum_denominator_squares,
        cast(sum(parts.sum_cross_products) as decimal(38, 0)) as sum_cross_products

    from parts

    inner join kpis
        on parts.kpi_id = kpis.kpi_id
            and parts.definition_version = kpis.definition_version
            and parts.statistic = kpis.statistic

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        parts.kpi_id,
        parts.definition_version,
        parts.statistic,
        kpi_grains.grain_name,
        grain_key,
        parts.period_type,
        parts.period_start,
        kpis.kind,
        kpis.unit,
        kpis.unit_scale,
        kpis.scale_minimum,
        kpis.scale_maximum

    having count(parts.numerator) = count(*)

),

estimated as (

    select
        *,
        case
            when kind <> 'computed' or n = 0 then null
            when unit = 'money' then cast(numerator as double) / unit_scale
            else 100 * {{ ratio('numerator', 'denominator') }}
        end as value,
        case
            when kind = 'computed' and unit = 'percent'
                then 100 * {{ ratio_error(
                    'numerator', 'denominator', 'n', 'sum_of_squares',
                    'sum_denominator_squares', 'sum_cross_products'
                ) }}
        end as standard_error

    from summed

),

final as (

    select
        {{ kpi_key() }},
        numerator,
        denominator,
        n,
        n_with_immature,
        sum_of_squares,
        sum_denominator_squares,
        sum_cross_products,
        value,
        standard_error,
        case
            when standard_error is not null
                then greatest(
                        value - {{ normal_quantile() | trim }} * standard_error,
                        scale_minimum
                    )
        end as ci_low,
        case
            when standard_error is not null
                then least(
                        value + {{ normal_quantile() | trim }} * standard_error,
                        coalesce(scale_maximum, cast('infinity' as double))
                    )
        end as ci_high

    from estimated

)

select * from final
