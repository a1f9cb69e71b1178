-- Grain: one row per KPI statistic, grain key and period: scores weighted by segment.
with

met_survey_scores as (

    select * from {{ ref('met_survey_scores') }}

),

met_customer_populations as (

    select * from {{ ref('met_customer_populations') }}

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

labels as (

    select * from {{ ref('labels') }}

),

weighted_kpis as (

    select *

    from kpis

    where family = 'survey_weighted' and is_headline

),

answers as (

    select
        weighted_kpis.kpi_id,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then scores.market
        end as grain_key,
        met_periods.period_type,
        met_periods.period_start,
        scores.segment,
        sum(scores.count_responses) as count_responses,
        coalesce(sum(scores.count_responses) filter (
            where scores.numeric_value
            between weighted_kpis.success_minimum and weighted_kpis.success_maximum
        ), 0) as count_successes,
        coalesce(sum(scores.count_responses) filter (
            where scores.numeric_value
            between weighted_kpis.failure_minimum and weighted_kpis.failure_maximum
        ), 0) as count_failures

    from met_survey_scores as scores

    inner join weighted_kpis
        on scores.metric = weighted_kpis.metric
            and scores.horizon = weighted_kpis.horizon
            and scores.scale_minimum = weighted_kpis.scale_minimum
            and scores.scale_maximum = weighted_kpis.scale_maximum

    inner join kpi_grains
        on concat('|', weighted_kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    inner join met_periods
        on scores.answered_local_date = met_periods.calendar_date
            and concat('|', weighted_kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    group by
        weighted_kpis.kpi_id,
        kpi_grains.grain_name,
        grain_key,
        met_periods.period_type,
        met_periods.period_start,
        scores.segment

),

populations as (

    select
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then customers.market
        end as grain_key,
        customers.period_type,
        customers.period_start,
        customers.segment,
        sum(customers.count_customers) as count_customers

    from met_customer_populations as customers

    inner join kpi_grains
        on kpi_grains.grain_name in ('company', 'market')

    group by
        kpi_grains.grain_name,
        grain_key,
        customers.period_type,
        customers.period_start,
        customers.segment

),

-- Answers of a segment without a customer weigh nothing.
strata as (

    select
        weighted_kpis.kpi_id,
        populations.grain_name,
        populations.grain_key,
        populations.period_type,
        populations.period_start,
        populations.count_customers,
        coalesce(answers.count_responses, 0) as count_responses,
        coalesce(answers.count_successes, 0) as count_successes,
        coalesce(answers.count_failures, 0) as count_failures,
        row_number() over (
            partition by
                weighted_kpis.kpi_id,
                populations.grain_name,
                populations.grain_key,
                populations.period_type,
                populations.period_start
            order by coalesce(labels.sort_order, 1000), populations.segment
        ) as stratum_rank

    from populations

    cross join weighted_kpis

    left join answers
        on weighted_kpis.kpi_id = answers.kpi_id
            and populations.grain_name = answers.grain_name
            and populations.grain_key = answers.grain_key
            and populations.period_type = answers.period_type
            and populations.period_start = answers.period_start
            and populations.segment = answers.segment

    left join labels
        on labels.domain = 'segment' and populations.segment = labels.code

    where populations.count_customers > 0

),

-- A neighbor speaks for a segment without an answer: the one before, else after.
neighbors as (

    select
        *,
        coalesce(
            max(case when count_responses > 0 then stratum_rank end) over (
                partition by
                    kpi_id, grain_name, grain_key, period_type, period_start
                order by stratum_rank
                rows between unbounded preceding and current row
            ),
            min(case when count_responses > 0 then stratum_rank end) over (
                partition by
                    kpi_id, grain_name, grain_key, period_type, period_start
                order by stratum_rank
                rows between current row and unbounded following
            )
        ) as spoken_for_by

    from strata

),

merged_strata as (

    select
        kpi_id,
        grain_name,
        grain_key,
        period_type,
        period_start,
        spoken_for_by,
        cast(sum(count_customers) as bigint) as count_customers,
        cast(coalesce(
            sum(count_customers) filter (where count_responses = 0), 0
        ) as bigint) as count_spoken_for,
        cast(sum(count_responses) as bigint) as count_responses,
        cast(sum(count_successes) as bigint) as count_successes,
        cast(sum(count_failures) as bigint) as count_failures

    from neighbors

    where spoken_for_by is not null

    group by
        kpi_id, grain_name, grain_key, period_type, period_start, spoken_for_by

),

shares as (

    select
        *,
        {{ ratio('(count_successes - count_failures)', 'count_responses') }}
            as net_share,
        {{ ratio('(count_successes + count_failures)', 'count_responses') }}
            as extreme_share

    from merged_strata

),

-- Billionths as whole numbers, so that the order of the strata does not change a sum.
cells as (

    select
        kpi_id,
        grain_name,
        grain_key,
        period_type,
        period_start,
        cast(sum(count_responses) as bigint) as n,
        cast(sum(count_customers) as double) as customers,
        cast(sum(count_spoken_for) as double) as spoken_for,
        cast(sum(
            cast(round(1e9 * count_customers * net_share) as decimal(38, 0))
        ) as double) / 1e9 as net,
        cast(sum(
            cast(round(1e9 * count_customers * extreme_share) as decimal(38, 0))
        ) as double) / 1e9 as extremes,
        cast(sum(cast(
            round(1e9 * count_customers * count_customers / count_responses)
            as decimal(38, 0)
        )) as double) / 1e9 as weight_squares,
        cast(sum(cast(
            round(
                1e9 * count_customers * count_customers
                * (extreme_share - net_share * net_share) / count_responses
            ) as decimal(38, 0)
        )) as double) / 1e9 as variance

    from shares

    group by kpi_id, grain_name, grain_key, period_type, period_start

),

weighted_cells as (

    select
        *,
        customers * customers / weight_squares as effective_n,
        net / customers as net_share,
        extremes / customers as extreme_share

    from cells

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        cells.grain_name,
        cells.grain_key,
        cells.period_type,
        cells.period_start,
        round(case kpis.statistic
            when 'value' then 100 * cells.net_share
            when 'effective_n' then cells.effective_n
            when 'spoken_for' then 100 * cells.spoken_for / cells.customers
        end, 6) as value,
        case when kpis.is_headline
                then round(100 * sqrt(cells.variance) / cells.customers, 6)
        end as standard_error,
        case when kpis.is_headline
                then {{ net_percentage_bound(
                    '(cells.net_share * cells.effective_n)',
                    '(cells.extreme_share * cells.effective_n)',
                    'cells.effective_n',
                    '-'
                ) }}
        end as ci_low,
        case when kpis.is_headline
                then {{ net_percentage_bound(
                    '(cells.net_share * cells.effective_n)',
                    '(cells.extreme_share * cells.effective_n)',
                    'cells.effective_n',
                    '+'
                ) }}
        end as ci_high,
        cells.n

    from weighted_cells as cells

    inner join kpis
        on cells.kpi_id = kpis.kpi_id

)

select * from final
