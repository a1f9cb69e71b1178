-- Grain: one row per KPI statistic, grain key and period: what days do not add up to.
with

met_communication_cells as (

    select * from {{ ref('met_communication_cells') }}

),

met_preferences as (

    select * from {{ ref('met_preferences') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

wanted as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.period_types,
        kpi_grains.grain_name,
        kpi_grains.period_types as grain_period_types

    from kpis

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    where
        kpis.kpi_id = 'K-PREF'
        or (kpis.kpi_id = 'K-OPTV' and kpis.statistic = 'value')

),

wanted_days as (

    select
        wanted.kpi_id,
        wanted.definition_version,
        wanted.statistic,
        wanted.grain_name,
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start

    from wanted

    inner join met_periods
        on concat('|', wanted.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')
            and concat('|', wanted.grain_period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

),

violations as (

    select
        kpi_grains.kpi_id,
        kpi_grains.definition_version,
        kpi_grains.statistic,
        kpi_grains.grain_name,
        {{ kpi_grain_key('cells') }} as grain_key,
        kpi_grains.period_type,
        kpi_grains.period_start,
        cells.numerator,
        cells.n

    from met_communication_cells as cells

    inner join wanted_days as kpi_grains
        on cells.kpi_id = kpi_grains.kpi_id
            and cells.definition_version = kpi_grains.definition_version
            and cells.local_date = kpi_grains.calendar_date

    where cells.statistic = 'share'

),

preferences as (

    select
        kpi_grains.kpi_id,
        kpi_grains.definition_version,
        kpi_grains.statistic,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then preferences.market
            when 'segment' then preferences.segment
        end as grain_key,
        kpi_grains.period_type,
        kpi_grains.period_start,
        case when preferences.preference_source <> 'unknown' then 1 else 0 end
            as numerator,
        1 as n

    from met_preferences as preferences

    inner join wanted_days as kpi_grains
        on kpi_grains.kpi_id = 'K-PREF'
            and preferences.scored_on = kpi_grains.calendar_date

),

units as (

    select * from violations

    union all

    select * from preferences

),

summed as (

    select
        {{ kpi_key() }},
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(n) as bigint) as n

    from units

    where grain_key is not null

    group by {{ kpi_key() }}

),

final as (

    select
        {{ kpi_key() }},
        numerator,
        case when kpi_id = 'K-PREF' then n end as denominator,
        n,
        n as n_with_immature,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        case when kpi_id = 'K-OPTV' then cast(numerator as double) end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from summed

)

select * from final
