-- Grain: one row per KPI statistic, grain key and period: days of sales outstanding.
with

met_receivable_days as (

    select * from {{ ref('met_receivable_days') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

keyed_days as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.period_types,
        kpi_grains.grain_name,
        kpi_grains.period_types as grain_period_types,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then days.market
            when 'segment' then days.segment
        end as grain_key,
        days.local_date,
        cast(sum(days.count_billed) as bigint) as count_billed,
        cast(sum(days.billed_hundredths) as bigint) as billed_hundredths,
        cast(sum(days.received_hundredths) as bigint) as received_hundredths

    from met_receivable_days as days

    inner join kpis
        on kpis.kpi_id = 'K-PAY'
            and kpis.statistic = 'dso'

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by all

),

periods as (

    select
        met_periods.period_type,
        met_periods.period_start,
        least(met_periods.period_end, dim_run.as_of) as counted_to

    from met_periods

    cross join dim_run

    where met_periods.period_start < dim_run.as_of

    group by
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        dim_run.as_of

),

balances as (

    select
        keyed_days.kpi_id,
        keyed_days.definition_version,
        keyed_days.statistic,
        keyed_days.grain_name,
        keyed_days.grain_key,
        periods.period_type,
        periods.period_start,
        {{ dbt.datediff('periods.period_start', 'periods.counted_to', 'day') }}
            as count_days,
        cast(
            sum(keyed_days.count_billed)
            filter (where keyed_days.local_date >= periods.period_start) as bigint
        ) as n,
        cast(
            sum(keyed_days.billed_hundredths)
            filter (where keyed_days.local_date >= periods.period_start) as bigint
        ) as billed_hundredths,
        cast(
            sum(keyed_days.billed_hundredths - keyed_days.received_hundredths) as bigint
        ) as receivable_hundredths

    from keyed_days

    inner join periods
        on keyed_days.local_date < periods.counted_to
            and concat('|', keyed_days.period_types, '|')
            like concat('%|', periods.period_type, '|%')
            and concat('|', keyed_days.grain_period_types, '|')
            like concat('%|', periods.period_type, '|%')

    group by
        keyed_days.kpi_id,
        keyed_days.definition_version,
        keyed_days.statistic,
        keyed_days.grain_name,
        keyed_days.grain_key,
        periods.period_type,
        periods.period_start,
        periods.counted_to

),

final as (

    select
        {{ kpi_key() }},
        cast(receivable_hundredths * count_days as bigint) as numerator,
        billed_hundredths as denominator,
        n,
        n as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        {{ ratio('receivable_hundredths * count_days', 'billed_hundredths') }} as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from balances

    where n > 0

)

select * from final
