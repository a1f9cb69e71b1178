-- Grain: one row per competitor and period: our net score against theirs.
with

met_competitor_pairs as (

    select * from {{ ref('met_competitor_pairs') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-COMP' and statistic = 'value'

),

counted as (

    select
        pairs.competitor,
        met_periods.period_type,
        met_periods.period_start,
        count(pairs.own_class) as count_own,
        count(pairs.rival_class) as count_rival,
        cast(sum(pairs.own_class) as bigint) as sum_own,
        cast(sum(pairs.rival_class) as bigint) as sum_rival,
        cast(sum(pairs.own_class * pairs.own_class) as bigint) as squares_own,
        cast(sum(pairs.rival_class * pairs.rival_class) as bigint) as squares_rival

    from met_competitor_pairs as pairs

    inner join met_periods
        on pairs.answered_local_date = met_periods.calendar_date

    group by pairs.competitor, met_periods.period_type, met_periods.period_start

),

compared as (

    select
        *,
        100 * (
            {{ ratio('sum_own', 'count_own') }}
            - {{ ratio('sum_rival', 'count_rival') }}
        ) as difference,
        100 * sqrt(
            greatest(
                0.0,
                {{ ratio('squares_own', 'count_own') }}
                - power({{ ratio('sum_own', 'count_own') }}, 2)
            ) / nullif(count_own, 0)
            + greatest(
                0.0,
                {{ ratio('squares_rival', 'count_rival') }}
                - power({{ ratio('sum_rival', 'count_rival') }}, 2)
            ) / nullif(count_rival, 0)
        ) as difference_error

    from counted

    where count_own > 0 and count_rival > 0

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'competitor' as grain_name,
        compared.competitor as grain_key,
        compared.period_type,
        compared.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        compared.count_rival as n,
        compared.count_rival as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        round(compared.difference, 6) as value,
        round(compared.difference_error, 6) as standard_error,
        round(
            greatest(
                -200.0,
                compared.difference
                - {{ normal_quantile() }} * compared.difference_error
            ),
            6
        ) as ci_low,
        round(
            least(
                200.0,
                compared.difference
                + {{ normal_quantile() }} * compared.difference_error
            ),
            6
        ) as ci_high

    from compared

    cross join kpis

    where
        concat('|', kpis.period_types, '|')
        like concat('%|', compared.period_type, '|%')

)

select * from final
