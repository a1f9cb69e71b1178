{{ grows_by_period('met_recounted_waits') }}
-- Grain: one row per KPI, grain key and period: the wait that half of all tickets have
-- behind them, by Kaplan and Meier; whoever waits in vain still waits.
with

met_service_desk_waits as (

    select * from {{ ref('met_service_desk_waits') }}

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

changed_periods as (

    {{ periods_to_make('met_recounted_waits') }}

),

keyed_waits as (

    select
        waits.kpi_id,
        waits.definition_version,
        waits.statistic,
        kpi_grains.grain_name,
        {{ kpi_grain_key('waits') }} as grain_key,
        met_periods.period_type,
        met_periods.period_start,
        waits.milliseconds,
        waits.count_ended

    from met_service_desk_waits as waits

    inner join kpi_grains
        on concat('|', waits.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    inner join met_periods
        on waits.local_date = met_periods.calendar_date
            and concat('|', waits.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')
            and concat('|', kpi_grains.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    inner join changed_periods
        on waits.kpi_id = changed_periods.kpi_id
            and met_periods.period_type = changed_periods.period_type
            and met_periods.period_start = changed_periods.period_start

),

observations as (

    select
        *,
        1 - count_ended as count_open

    from keyed_waits

    where grain_key is not null

),

{{ kaplan_meier(
    'observations', kpi_key_columns(), 'milliseconds', 'count_ended', 'count_open'
) }},

-- Greenwood's variance of the logarithm of the share that still waits.
spreads as (

    select
        *,
        sqrt(sum(
            count_ended / nullif(
                cast(count_at_risk as double) * (count_at_risk - count_ended), 0
            )
        ) over (
            partition by {{ kpi_key() }}
            order by milliseconds
        )) as relative_error

    from survival_curve

),

-- Brookmeyer and Crowley: the waits at which a half is within the limits of the share.
medians as (

    select
        {{ kpi_key() }},
        cast(sum(count_ended + count_open) as bigint) as n,
        min(milliseconds) filter (where share_surviving <= 0.5) as median_milliseconds,
        min(milliseconds) filter (
            where share_surviving
            * (1 - {{ normal_quantile() | trim }} * coalesce(relative_error, 0)) <= 0.5
        ) as low_milliseconds,
        min(milliseconds) filter (
            where share_surviving
            * (1 + {{ normal_quantile() | trim }} * coalesce(relative_error, 0)) <= 0.5
        ) as high_milliseconds

    from spreads

    group by {{ kpi_key() }}

),

final as (

    select
        {{ kpi_key('medians') }},
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        medians.n,
        medians.n as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        {{ ratio('medians.median_milliseconds', 'kpis.unit_scale') }} as value,
        cast(null as double) as standard_error,
        {{ ratio('medians.low_milliseconds', 'kpis.unit_scale') }} as ci_low,
        {{ ratio('medians.high_milliseconds', 'kpis.unit_scale') }} as ci_high

    from medians

    inner join kpis
        on medians.kpi_id = kpis.kpi_id
            and medians.definition_version = kpis.definition_version
            and medians.statistic = kpis.statistic

)

select * from final
