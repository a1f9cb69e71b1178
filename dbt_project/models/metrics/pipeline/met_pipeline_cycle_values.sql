-- Grain: one row per KPI statistic, grain key and period of opening: Kaplan-Meier.
with

met_pipeline_deals as (

    select * from {{ ref('met_pipeline_deals') }}
    where duration_days is not null

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'pipeline_cycle'

),

wanted as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpi_grains.grain_name,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.calendar_date

    from kpis

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    inner join met_periods
        on concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    where kpis.statistic = 'value'

),

-- A lost deal leaves unwon on the day it was lost; an open one on as_of.
observations as (

    select
        wanted.kpi_id,
        wanted.definition_version,
        wanted.grain_name,
        case wanted.grain_name
            when 'company' then 'company'
            when 'owner' then deals.owner_id
            when 'product' then deals.product_name
        end as grain_key,
        wanted.period_type,
        wanted.period_start,
        deals.duration_days,
        count(*) filter (where deals.outcome = 'won') as count_won,
        count(*) filter (where deals.outcome is distinct from 'won') as count_not_won

    from met_pipeline_deals as deals

    inner join wanted
        on deals.opened_on = wanted.calendar_date

    group by
        wanted.kpi_id,
        wanted.definition_version,
        wanted.grain_name,
        grain_key,
        wanted.period_type,
        wanted.period_start,
        deals.duration_days

),

{{ kaplan_meier(
    'observations',
    [
        'kpi_id', 'definition_version', 'grain_name', 'grain_key', 'period_type',
        'period_start',
    ],
    'duration_days', 'count_won', 'count_not_won'
) }},

medians as (

    select
        kpi_id,
        definition_version,
        grain_name,
        grain_key,
        period_type,
        period_start,
        min(duration_days) filter (where share_surviving <= 0.5) as median_days,
        -- Half are not won yet: the median is at least the longest time seen.
        case when min(share_surviving) > 0.5 then max(duration_days) end
            as lower_bound_days,
        cast(sum(count_won + count_not_won) as bigint) as count_deals

    from survival_curve

    group by
        kpi_id,
        definition_version,
        grain_name,
        grain_key,
        period_type,
        period_start

),

final as (

    select
        medians.kpi_id,
        medians.definition_version,
        kpis.statistic,
        medians.grain_name,
        medians.grain_key,
        medians.period_type,
        medians.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        medians.count_deals as n,
        medians.count_deals as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(case kpis.statistic
            when 'value' then medians.median_days
            when 'lower_bound' then medians.lower_bound_days
        end as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from medians

    inner join kpis
        on medians.kpi_id = kpis.kpi_id
            and medians.definition_version = kpis.definition_version

    where kpis.statistic = 'value' or medians.lower_bound_days is not null

)

select * from final
