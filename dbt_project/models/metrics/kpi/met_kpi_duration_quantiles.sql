{{ grows_by_period('met_recounted_durations') }}
-- Grain: one row per KPI statistic, grain key and period: what cannot be added up.
with

met_kpi_durations as (

    select * from {{ ref('met_kpi_durations') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

wanted_kpis as (

    select * from {{ ref('met_kpi_wanted_quantiles') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

changed_periods as (

    {{ periods_to_make('met_recounted_durations') }}

),

-- All grains and periods that a statistic asks for, so that ranks are made once.
wanted_cells as (

    select
        wanted_kpis.kpi_id,
        wanted_kpis.definition_version,
        kpi_grains.grain_name,
        kpi_grains.period_types as grain_period_types,
        string_agg(wanted_kpis.period_types, '|') as period_types,
        max(wanted_kpis.maturity_days) as maturity_days

    from wanted_kpis

    inner join kpi_grains
        on concat('|', wanted_kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        wanted_kpis.kpi_id,
        wanted_kpis.definition_version,
        kpi_grains.grain_name,
        kpi_grains.period_types

),

keyed_durations as (

    select
        durations.kpi_id,
        durations.definition_version,
        kpi_grains.grain_name,
        {{ kpi_grain_key('durations') }} as grain_key,
        met_periods.period_type,
        met_periods.period_start,
        durations.milliseconds,
        durations.count_values

    from met_kpi_durations as durations

    cross join dim_run

    inner join wanted_cells as kpi_grains
        on durations.kpi_id = kpi_grains.kpi_id
            and durations.definition_version = kpi_grains.definition_version
            and cast(
                durations.local_date + interval 1 day * kpi_grains.maturity_days as date
            ) <= dim_run.as_of

    inner join met_periods
        on durations.local_date = met_periods.calendar_date
            and concat('|', kpi_grains.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')
            and concat('|', kpi_grains.grain_period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    inner join changed_periods
        on durations.kpi_id = changed_periods.kpi_id
            and met_periods.period_type = changed_periods.period_type
            and met_periods.period_start = changed_periods.period_start

),

cell_values as (

    select
        kpi_id,
        definition_version,
        grain_name,
        grain_key,
        period_type,
        period_start,
        milliseconds,
        cast(sum(count_values) as bigint) as count_values

    from keyed_durations

    where grain_key is not null

    group by
        kpi_id,
        definition_version,
        grain_name,
        grain_key,
        period_type,
        period_start,
        milliseconds

),

ranked_values as (

    select
        *,
        {{ ranks_within(
            'kpi_id, definition_version, grain_name, grain_key, period_type, '
            ~ 'period_start', 'bigint'
        ) }}

    from cell_values

),

targets as (

    {{ targets_of_means() }}

),

wanted_ranks as (

    select
        ranked_values.*,
        wanted_kpis.statistic,
        wanted_kpis.unit_scale,
        wanted_kpis.quantile,
        {{ wanted_ranks('wanted_kpis.quantile', 'ranked_values.n') }},
        coalesce(own_targets.target, general_targets.target) * wanted_kpis.target_scale
            as target_milliseconds

    from ranked_values

    inner join wanted_kpis
        on ranked_values.kpi_id = wanted_kpis.kpi_id
            and ranked_values.definition_version = wanted_kpis.definition_version
            and concat('|', wanted_kpis.grains, '|')
            like concat('%|', ranked_values.grain_name, '|%')
            and concat('|', wanted_kpis.period_types, '|')
            like concat('%|', ranked_values.period_type, '|%')

    {{ join_targets_in_force('ranked_values', 'ranked_values.period_start') }}

    -- Without a target in force when the period begins there is nothing to attain.
    where
        wanted_kpis.quantile is not null
        or coalesce(own_targets.target, general_targets.target) is not null

),

order_statistics as (

    select
        {{ kpi_key() }},
        unit_scale,
        quantile,
        n,
        quantile_rank,
        {{ values_at_ranks() }}

    from wanted_ranks

    group by {{ kpi_key() }}, unit_scale, quantile, n, quantile_rank

),

measured as (

    select
        {{ kpi_key('order_statistics') }},
        order_statistics.quantile,
        order_statistics.n,
        {{ attained_and_quantile('order_statistics') }}

    from order_statistics

),

final as (

    select
        {{ kpi_key() }},
        numerator,
        cast(case when quantile is null then n end as bigint) as denominator,
        n,
        n as n_with_immature,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        value,
        cast(null as double) as standard_error,
        ci_low,
        ci_high

    from measured

)

select * from final
