-- Grain: one row per KPI statistic, for the periods that hold the last day in the data.
with

met_identity_sources as (

    select * from {{ ref('met_identity_sources') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'identity'

),

summed as (

    select
        snapshot_date,
        cast(sum(count_source_ids) as bigint) as count_source_ids,
        cast(sum(count_matched) as bigint) as count_matched,
        cast(sum(count_persons) as bigint) as count_persons

    from met_identity_sources

    group by snapshot_date

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'company' as grain_name,
        'company' as grain_key,
        met_periods.period_type,
        met_periods.period_start,
        case kpis.statistic
            when 'value' then summed.count_matched
            when 'consolidation' then summed.count_source_ids - summed.count_persons
        end as numerator,
        summed.count_source_ids as denominator,
        summed.count_source_ids as n,
        summed.count_source_ids as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(null as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from summed

    inner join met_periods
        on summed.snapshot_date = met_periods.calendar_date

    inner join kpis
        on concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

)

select * from final
