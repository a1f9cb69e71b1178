-- Grain: one row per KPI statistic, grain key and period that is over.
with

met_acquisition_cells as (

    select * from {{ ref('met_acquisition_cells') }}

),

met_advocacy_cells as (

    select * from {{ ref('met_advocacy_cells') }}
    where is_over

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'acquisition_cost'

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

-- Before its first month the ledger knows of no cost, yet customers came.
ledger as (

    select min(month_start_date) as first_month_start_date

    from met_acquisition_cells

    where
        acquisition_hundredths is not null
        or retention_hundredths is not null

),

costs as (

    select
        met_periods.period_type,
        met_periods.period_start,
        cells.market,
        cells.acquisition_source,
        cells.count_new_customers,
        cells.acquisition_hundredths,
        cells.acquisition_real_hundredths,
        cells.retention_hundredths,
        cells.retention_real_hundredths,
        cast(null as bigint) as count_retained

    from met_acquisition_cells as cells

    inner join met_periods
        on cells.month_start_date = met_periods.calendar_date

    cross join dim_run

    cross join ledger

    where
        met_periods.period_end <= dim_run.as_of
        and met_periods.period_start >= ledger.first_month_start_date

    union all

    select
        cells.period_type,
        cells.period_start,
        cells.market,
        cast(null as varchar) as acquisition_source,
        cast(null as bigint) as count_new_customers,
        cast(null as bigint) as acquisition_hundredths,
        cast(null as bigint) as acquisition_real_hundredths,
        cast(null as bigint) as retention_hundredths,
        cast(null as bigint) as retention_real_hundredths,
        cells.count_retained

    from met_advocacy_cells as cells

    cross join ledger

    where cells.period_start >= ledger.first_month_start_date

),

sums as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.unit_scale,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then costs.market
            when 'acquisition_source' then costs.acquisition_source
        end as grain_key,
        costs.period_type,
        costs.period_start,
        cast(sum(costs.count_new_customers) as bigint) as count_new_customers,
        cast(sum(costs.count_retained) as bigint) as count_retained,
        cast(sum(costs.acquisition_hundredths) as bigint) as acquisition_hundredths,
        cast(sum(costs.acquisition_real_hundredths) as bigint)
            as acquisition_real_hundredths,
        cast(sum(costs.retention_hundredths) as bigint) as retention_hundredths,
        cast(sum(costs.retention_real_hundredths) as bigint)
            as retention_real_hundredths

    from costs

    inner join kpis
        on concat('|', kpis.period_types, '|')
            like concat('%|', costs.period_type, '|%')

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.unit_scale,
        kpi_grains.grain_name,
        grain_key,
        costs.period_type,
        costs.period_start

),

parts as (

    select
        *,
        case statistic
            when 'value' then acquisition_hundredths
            when 'value_real' then acquisition_real_hundredths
            when 'keep' then retention_hundredths
            when 'keep_real' then retention_real_hundredths
        end as numerator,
        case statistic
            when 'value' then count_new_customers
            when 'value_real' then count_new_customers
            when 'keep' then count_retained
            when 'keep_real' then count_retained
        end as denominator

    from sums

    where grain_key is not null

),

-- A ledger that says nothing of a period costs nothing nobody knows.
final as (

    select
        {{ kpi_key() }},
        numerator,
        denominator,
        coalesce(denominator, count_new_customers, 0) as n,
        coalesce(denominator, count_new_customers, 0) as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        case
            when statistic = 'ratio'
                then
                    {{ ratio('acquisition_hundredths', 'count_new_customers') }}
                    / nullif({{ ratio('retention_hundredths', 'count_retained') }}, 0)
            else {{ ratio('numerator', 'denominator') }} / unit_scale
        end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from parts

    where
        (statistic in ('keep', 'keep_real') and retention_hundredths is not null)
        or (
            statistic not in ('keep', 'keep_real')
            and acquisition_hundredths is not null
        )

)

select * from final
