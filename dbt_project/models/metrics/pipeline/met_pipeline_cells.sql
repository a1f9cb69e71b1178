-- Grain: one row per KPI statistic, cell and local day on which deals were closed.
with

met_pipeline_deals as (

    select * from {{ ref('met_pipeline_deals') }}
    where outcome in ('won', 'lost') and close_on is not null

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'pipeline' and kind in ('proportion', 'ratio', 'mean')

),

-- Percent of a value is a hundred times its part; squares are those of single deals.
parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        deals.owner_id,
        deals.product_name,
        deals.close_on,
        cast(
            case
                when kpis.kpi_id = 'K-WIN' and kpis.statistic = 'value'
                    then cast(deals.outcome = 'won' as integer)
                when kpis.kpi_id = 'K-WIN' and deals.outcome <> 'won' then 0
                when kpis.kpi_id = 'K-WIN' then 100 * deals.reporting_hundredths
                when kpis.kpi_id = 'K-CYCLE'
                    then cast(deals.duration_days as bigint) * kpis.unit_scale
            end as bigint
        ) as numerator,
        case
            when kpis.statistic = 'by_value' then deals.reporting_hundredths
            else 1
        end as denominator

    from met_pipeline_deals as deals

    inner join kpis
        on kpis.kpi_id = 'K-WIN' or deals.outcome = 'won'

),

-- A deal whose value nobody knows is in the count, not in the value.
final as (

    select
        kpi_id,
        definition_version,
        statistic,
        close_on as local_date,
        {{ kpi_grain_keys(product='product_name', owner='owner_id') }},
        coalesce(cast(sum(numerator) as bigint), 0) as numerator,
        cast(sum(denominator) as bigint) as denominator,
        cast(count(*) as bigint) as n,
        coalesce(cast(sum(
            cast(numerator as decimal(38, 0)) * cast(numerator as decimal(38, 0))
        ) as decimal(38, 0)), 0) as sum_of_squares,
        cast(sum(
            cast(denominator as decimal(38, 0)) * cast(denominator as decimal(38, 0))
        ) filter (where statistic = 'by_value') as decimal(38, 0))
            as sum_denominator_squares,
        cast(sum(
            cast(numerator as decimal(38, 0)) * cast(denominator as decimal(38, 0))
        ) filter (where statistic = 'by_value') as decimal(38, 0))
            as sum_cross_products

    from parts

    where denominator is not null and (kpi_id = 'K-WIN' or numerator is not null)

    group by
        kpi_id,
        definition_version,
        statistic,
        close_on,
        product_name,
        owner_id

)

select * from final
