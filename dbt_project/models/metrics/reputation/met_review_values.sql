-- Grain: one row per grain key and period: Bayesian mean of public ratings.
with

met_review_cells as (

    select * from {{ ref('met_review_cells') }}
    where kpi_id = 'K-RATE' and statistic = 'mean'

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-RATE' and statistic = 'value'

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

counted as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        {{ kpi_grain_key('cells') }} as grain_key,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        cast(sum(cells.numerator) as bigint) as numerator,
        cast(sum(cells.n) as bigint) as n

    from met_review_cells as cells

    inner join met_periods
        on cells.local_date = met_periods.calendar_date

    inner join kpis
        on concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        {{ kpi_grain_key('cells') }},
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

-- What is common: all ratings before the period ended, of every site.
ends as (

    select period_end

    from counted

    group by period_end

),

common_means as (

    select
        ends.period_end,
        {{ ratio('sum(cells.numerator)', 'sum(cells.n)') }} as common_mean

    from ends

    inner join met_review_cells as cells
        on ends.period_end > cells.local_date

    group by ends.period_end

),

final as (

    select
        counted.kpi_id,
        counted.definition_version,
        counted.statistic,
        counted.grain_name,
        counted.grain_key,
        counted.period_type,
        counted.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        counted.n,
        counted.n as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        round(
            (
                {{ var('rating_prior_reviews') }} * common_means.common_mean
                + counted.numerator
            ) / ({{ var('rating_prior_reviews') }} + counted.n) / 10000,
            6
        ) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from counted

    inner join common_means
        on counted.period_end = common_means.period_end

    where counted.grain_key is not null

)

select * from final
