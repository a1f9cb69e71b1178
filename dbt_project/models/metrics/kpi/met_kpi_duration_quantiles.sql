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

-- Periods in a grain, told apart by one number where there are many values.
wanted_periods as (

    select
        wanted_cells.kpi_id,
        wanted_cells.definition_version,
        wanted_cells.grain_name,
        wanted_cells.maturity_days,
        changed_periods.period_type,
        changed_periods.period_start,
        row_number() over (
            order by
                wanted_cells.kpi_id,
                wanted_cells.definition_version,
                wanted_cells.grain_name,
                changed_periods.period_type,
                changed_periods.period_start
        ) as period_number

    from wanted_cells

    inner join changed_periods
        on wanted_cells.kpi_id = changed_periods.kpi_id
            and concat('|', wanted_cells.period_types, '|')
            like concat('%|', changed_periods.period_type, '|%')
            and concat('|', wanted_cells.grain_period_types, '|')
            like concat('%|', changed_periods.period_type, '|%')

),

wanted_days as (

    select
        wanted_periods.kpi_id,
        wanted_periods.definition_version,
        wanted_periods.grain_name,
        wanted_periods.period_number,
        met_periods.calendar_date

    from wanted_periods

    inner join met_periods
        on wanted_periods.period_type = met_periods.period_type
            and wanted_periods.period_start = met_periods.period_start

    cross join dim_run

    where
        cast(
            met_periods.calendar_date
            + interval 1 day * wanted_periods.maturity_days as date
        ) <= dim_run.as_of

),

keyed_durations as (

    select
        kpi_grains.period_number,
        {{ kpi_grain_key('durations') }} as grain_key,
        durations.milliseconds,
        durations.count_values

    from met_kpi_durations as durations

    inner join wanted_days as kpi_grains
        on durations.kpi_id = kpi_grains.kpi_id
            and durations.definition_version = kpi_grains.definition_version
            and durations.local_date = kpi_grains.calendar_date

),

cell_values as (

    select
        period_number,
        grain_key,
        milliseconds,
        cast(sum(count_values) as bigint) as count_values

    from keyed_durations

    where grain_key is not null

    group by period_number, grain_key, milliseconds

),

ranked_values as (

    select
        *,
        {{ ranks_within('period_number, grain_key', 'bigint') }}

    from cell_values

),

cells as (

    select
        wanted_periods.kpi_id,
        wanted_periods.definition_version,
        wanted_periods.grain_name,
        ranked_values.grain_key,
        wanted_periods.period_type,
        wanted_periods.period_start,
        ranked_values.period_number,
        max(ranked_values.n) as n

    from ranked_values

    inner join wanted_periods
        on ranked_values.period_number = wanted_periods.period_number

    group by
        wanted_periods.kpi_id,
        wanted_periods.definition_version,
        wanted_periods.grain_name,
        ranked_values.grain_key,
        wanted_periods.period_type,
        wanted_periods.period_start,
        ranked_values.period_number

),

targets as (

    {{ targets_of_means() }}

),

wanted_ranks as (

    select
        cells.*,
        wanted_kpis.statistic,
        wanted_kpis.unit_scale,
        wanted_kpis.quantile,
        {{ wanted_ranks('wanted_kpis.quantile', 'cells.n') }},
        coalesce(own_targets.target, general_targets.target) * wanted_kpis.target_scale
            as target_milliseconds

    from cells

    inner join wanted_kpis
        on cells.kpi_id = wanted_kpis.kpi_id
            and cells.definition_version = wanted_kpis.definition_version
            and concat('|', wanted_kpis.grains, '|')
            like concat('%|', cells.grain_name, '|%')
            and concat('|', wanted_kpis.period_types, '|')
            like concat('%|', cells.period_type, '|%')

    {{ join_targets_in_force('cells', 'cells.period_start') }}

    -- Without a target in force when the period begins there is nothing to attain.
    where
        wanted_kpis.quantile is not null
        or coalesce(own_targets.target, general_targets.target) is not null

),

order_statistics as (

    select
        {{ kpi_key('wanted_ranks') }},
        wanted_ranks.unit_scale,
        wanted_ranks.quantile,
        wanted_ranks.n,
        wanted_ranks.quantile_rank,
        {{ values_at_ranks() }}

    from ranked_values

    inner join wanted_ranks
        on ranked_values.period_number = wanted_ranks.period_number
            and ranked_values.grain_key = wanted_ranks.grain_key

    group by
        {{ kpi_key('wanted_ranks') }},
        wanted_ranks.unit_scale,
        wanted_ranks.quantile,
        wanted_ranks.n,
        wanted_ranks.quantile_rank

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
