{{ grows_by_period('met_recounted_kpi_periods') }}
-- Grain: one row per KPI statistic, grain key and period: value, interval and change.
with

met_kpi_components as (

    select * from {{ ref('met_kpi_components') }}

),

met_kpi_period_values as (

    select * from {{ ref('met_kpi_period_values') }}

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

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

t_quantiles as (

    select * from {{ ref('t_quantiles') }}

),

registered_kpis as (

    select
        kpis.*,
        kpi_grains.grain_name,
        kpi_grains.period_types as grain_period_types,
        greatest(kpis.minimum_cell, kpi_grains.minimum_cell) as cell_minimum

    from kpis

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

),

changed_periods as (

    {{ periods_to_make('met_recounted_kpi_periods') }}

),

days as (

    select
        changed_periods.kpi_id,
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        met_periods.prior_period_start

    from changed_periods

    inner join met_periods
        on changed_periods.period_type = met_periods.period_type
            and changed_periods.period_start = met_periods.period_start

    cross join dim_run

    where changed_periods.period_start < dim_run.as_of

),

periods as (

    select
        kpi_id,
        period_type,
        period_start,
        period_end,
        prior_period_start

    from days

    group by kpi_id, period_type, period_start, period_end, prior_period_start

),

-- Days whose window has not elapsed wait: they count in mature_share, not in the value.
matured_components as (

    select
        components.*,
        {{ is_day_mature('components.component_date', 'kpis.maturity_days') }}
            as is_mature

    from met_kpi_components as components

    inner join kpis
        on components.kpi_id = kpis.kpi_id
            and components.statistic = kpis.statistic
            and components.definition_version = kpis.definition_version

    cross join dim_run

),

period_components as (

    select
        components.kpi_id,
        components.definition_version,
        components.statistic,
        components.grain_name,
        components.grain_key,
        days.period_type,
        days.period_start,
        coalesce(
            cast(
                sum(components.numerator) filter (where components.is_mature) as bigint
            ),
            0
        ) as numerator,
        coalesce(
            cast(
                sum(components.denominator) filter (where components.is_mature)
                as bigint
            ),
            0
        ) as denominator,
        coalesce(
            cast(sum(components.n) filter (where components.is_mature) as bigint), 0
        ) as n,
        cast(sum(components.n) as bigint) as n_with_immature,
        coalesce(
            cast(
                sum(components.sum_of_squares) filter (where components.is_mature)
                as decimal(38, 0)
            ),
            0
        ) as sum_of_squares,
        cast(
            sum(components.sum_denominator_squares)
            filter (where components.is_mature) as decimal(38, 0)
        ) as sum_denominator_squares,
        cast(
            sum(components.sum_cross_products) filter (where components.is_mature)
            as decimal(38, 0)
        ) as sum_cross_products,
        cast(null as double) as computed_value,
        cast(null as double) as computed_standard_error,
        cast(null as double) as computed_ci_low,
        cast(null as double) as computed_ci_high

    from matured_components as components

    inner join days
        on components.kpi_id = days.kpi_id
            and components.component_date = days.calendar_date

    group by
        components.kpi_id,
        components.definition_version,
        components.statistic,
        components.grain_name,
        components.grain_key,
        days.period_type,
        days.period_start

    union all

    select
        {{ kpi_key() }},
        numerator,
        denominator,
        n,
        n_with_immature,
        sum_of_squares,
        sum_denominator_squares,
        sum_cross_products,
        value as computed_value,
        standard_error as computed_standard_error,
        ci_low as computed_ci_low,
        ci_high as computed_ci_high

    from met_kpi_period_values

),

parameterized as (

    select
        components.*,
        registered_kpis.kind,
        registered_kpis.unit,
        registered_kpis.unit_scale,
        registered_kpis.scale_minimum,
        registered_kpis.scale_maximum,
        registered_kpis.direction,
        registered_kpis.cell_minimum,
        periods.period_end,
        periods.prior_period_start,
        {{ ratio('components.numerator', 'components.denominator') }} as share,
        t_quantiles.t_quantile,
        sqrt({{ sample_variance(
            'components.numerator', 'components.sum_of_squares', 'components.n'
        ) }} / nullif(components.n, 0)) as mean_error,
        {{ ratio_error(
            'components.numerator',
            'components.denominator',
            'components.n',
            'components.sum_of_squares',
            'components.sum_denominator_squares',
            'components.sum_cross_products'
        ) }} as ratio_error

    from period_components as components

    inner join registered_kpis
        on components.kpi_id = registered_kpis.kpi_id
            and components.statistic = registered_kpis.statistic
            and components.definition_version = registered_kpis.definition_version
            and components.grain_name = registered_kpis.grain_name
            and concat('|', registered_kpis.period_types, '|')
            like concat('%|', components.period_type, '|%')
            and concat('|', registered_kpis.grain_period_types, '|')
            like concat('%|', components.period_type, '|%')

    inner join periods
        on components.kpi_id = periods.kpi_id
            and components.period_type = periods.period_type
            and components.period_start = periods.period_start

    left join t_quantiles
        on t_quantiles.degrees_of_freedom = components.n - 1

),

estimated as (

    select
        *,
        case
            when kind in ('quantile', 'peak', 'weighted', 'computed')
                then computed_value
            when kind in ('mean', 'ratio') then share / unit_scale
            else 100 * share
        end as value,
        case
            when kind in ('proportion', 'set')
                then 100 * sqrt(share * (1 - share) / nullif(n, 0))
            when kind = 'net'
                then 100 * sqrt(greatest(
                        0.0,
                        cast(sum_of_squares as double) / nullif(n, 0) - share * share
                    ) / nullif(n, 0))
            when kind = 'mean' then mean_error / unit_scale
            when kind = 'ratio' then ratio_error / unit_scale
            else computed_standard_error
        end as standard_error,
        case
            when kind in ('quantile', 'peak', 'weighted', 'computed')
                then computed_ci_low
            when kind in ('proportion', 'set')
                then 100 * {{ wilson_bound('numerator', 'denominator', '-') }}
            when kind = 'net'
                then 100 * {{ adjusted_wald_bound(
                    'numerator', 'cast(sum_of_squares as double)', 'n', '-'
                ) }}
            when kind = 'mean' then {{ mean_bound(
                'numerator', 'sum_of_squares', 'n', 't_quantile', '-',
                'coalesce(scale_minimum, 0) * unit_scale',
                "coalesce(scale_maximum * unit_scale, cast('infinity' as double))"
            ) }} / unit_scale
            when kind = 'ratio' and ratio_error is not null
                then least(
                        greatest(
                            coalesce(scale_minimum, 0),
                            (share - {{ normal_quantile() | trim }} * ratio_error)
                            / unit_scale
                        ),
                        coalesce(
                            scale_maximum,
                            case when unit = 'percent' then 100.0 end,
                            cast('infinity' as double)
                        )
                    )
        end as ci_low,
        case
            when kind in ('quantile', 'peak', 'weighted', 'computed')
                then computed_ci_high
            when kind in ('proportion', 'set')
                then 100 * {{ wilson_bound('numerator', 'denominator', '+') }}
            when kind = 'net'
                then 100 * {{ adjusted_wald_bound(
                    'numerator', 'cast(sum_of_squares as double)', 'n', '+'
                ) }}
            when kind = 'mean' then {{ mean_bound(
                'numerator', 'sum_of_squares', 'n', 't_quantile', '+',
                'coalesce(scale_minimum, 0) * unit_scale',
                "coalesce(scale_maximum * unit_scale, cast('infinity' as double))"
            ) }} / unit_scale
            when kind = 'ratio' and ratio_error is not null
                then least(
                        greatest(
                            coalesce(scale_minimum, 0),
                            (share + {{ normal_quantile() | trim }} * ratio_error)
                            / unit_scale
                        ),
                        coalesce(
                            scale_maximum,
                            case when unit = 'percent' then 100.0 end,
                            cast('infinity' as double)
                        )
                    )
        end as ci_high,
        n > 0 and n < cell_minimum as is_small_cell,
        case when n >= cell_minimum and n > 0 then n end as open_cell_n

    from parameterized

),

-- A single hidden cell could be had by subtraction: the next smallest joins it.
hidden as (

    select
        *,
        is_small_cell
        or (
            open_cell_n is not null
            and cell_minimum > 0
            and count(*) filter (where is_small_cell) over (
                partition by kpi_id, statistic, grain_name, period_type, period_start
            ) = 1
            and row_number() over (
                partition by kpi_id, statistic, grain_name, period_type, period_start
                order by open_cell_n nulls last, grain_key
            ) = 1
        ) as suppressed

    from estimated

),

shown as (

    select
        {{ kpi_key() }},
        period_end,
        prior_period_start,
        unit,
        direction,
        n,
        n_with_immature,
        suppressed,
        case when not suppressed then numerator end as numerator,
        case when not suppressed then denominator end as denominator,
        -- Six decimals, so that two engines export the same.
        case when not suppressed then round(value, 6) end as value,
        case when not suppressed then round(standard_error, 6) end as standard_error,
        case when not suppressed then round(ci_low, 6) end as ci_low,
        case when not suppressed then round(ci_high, 6) end as ci_high

    from hidden

),

targets as (

    select
        kpi_id,
        statistic,
        grain_name,
        grain_key,
        target,
        red_line,
        tolerance,
        valid_from,
        lead(valid_from, 1, date '9999-12-31') over (
            partition by kpi_id, statistic, grain_name, grain_key
            order by valid_from
        ) as valid_to

    from kpi_targets

),

-- What stays as it is has already been computed.
earlier as (

    select
        {{ kpi_key() }},
        n,
        value,
        standard_error

    from shown
    {%- if is_incremental() %}
        union all
        select
            {{ kpi_key() }},
            n,
            value,
            standard_error

        from {{ this }}
    {%- endif %}

),

compared as (

    select
        shown.*,
        previous.value as prior_value,
        round(shown.value - previous.value, 6) as delta,
        {{ is_significant_change(
            '(shown.value - previous.value)',
            'shown.standard_error',
            'previous.standard_error',
            'shown.n',
            'previous.n'
        ) }} as delta_significant,
        coalesce(own_targets.target, general_targets.target) as target,
        coalesce(own_targets.red_line, general_targets.red_line) as red_line,
        coalesce(own_targets.tolerance, general_targets.tolerance) as tolerance

    from shown

    left join earlier as previous
        on shown.kpi_id = previous.kpi_id
            and shown.definition_version = previous.definition_version
            and shown.statistic = previous.statistic
            and shown.grain_name = previous.grain_name
            and shown.grain_key = previous.grain_key
            and shown.period_type = previous.period_type
            and shown.prior_period_start = previous.period_start

    left join targets as own_targets
        on shown.kpi_id = own_targets.kpi_id
            and shown.statistic = own_targets.statistic
            and shown.grain_name = own_targets.grain_name
            and shown.grain_key = own_targets.grain_key
            and shown.period_start >= own_targets.valid_from
            and shown.period_start < own_targets.valid_to

    left join targets as general_targets
        on shown.kpi_id = general_targets.kpi_id
            and shown.statistic = general_targets.statistic
            and shown.grain_name = general_targets.grain_name
            and general_targets.grain_key = '*'
            and shown.period_start >= general_targets.valid_from
            and shown.period_start < general_targets.valid_to

),

final as (

    select
        {{ kpi_key() }},
        period_end,
        numerator,
        denominator,
        value,
        unit,
        n,
        standard_error,
        ci_low,
        ci_high,
        n < 30 as low_n,
        suppressed,
        round({{ ratio('n', 'n_with_immature') }}, 6) as mature_share,
        prior_value,
        delta,
        delta_significant,
        target,
        case
            when value is null or target is null then null
            when direction = 'higher_is_better'
                then case
                        when value >= target then 'on_target'
                        when value < red_line then 'red'
                        else 'watch'
                    end
            when direction = 'lower_is_better'
                then case
                        when value <= target then 'on_target'
                        when value > red_line then 'red'
                        else 'watch'
                    end
            when abs(value - target) <= tolerance then 'on_target'
            when abs(value - target) > red_line then 'red'
            else 'watch'
        end as status

    from compared

)

select * from final
