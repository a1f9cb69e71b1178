-- Grain: one row per touchpoint and month of the company calendar.
with

fct_interactions as (

    select
        touchpoint,
        started_local_date

    from {{ ref('fct_interactions') }}
    where touchpoint is not null and not is_internal

),

met_survey_scores as (

    select * from {{ ref('met_survey_scores') }}
    where
        horizon = 'transactional'
        and (metric <> 'csat' or scale_maximum = 5)

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_touchpoints as (

    select * from {{ ref('dim_touchpoints') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

t_quantiles as (

    select * from {{ ref('t_quantiles') }}

),

periods as (

    select
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

    from met_periods

    inner join dim_run
        on met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

),

observations as (

    select
        touchpoint,
        started_local_date as local_date,
        'touch' as metric,
        cast(null as decimal(18, 2)) as score,
        count(*) as count_observations

    from fct_interactions

    group by touchpoint, started_local_date

    union all

    select
        touchpoint,
        answered_local_date as local_date,
        metric,
        numeric_value as score,
        count_responses as count_observations

    from met_survey_scores

),

dated as (

    select
        observations.*,
        periods.period_type,
        periods.period_start,
        periods.period_end

    from observations

    inner join periods
        on observations.local_date = periods.calendar_date

),

counted as (

    select
        touchpoint,
        period_type,
        period_start,
        period_end,
        cast(coalesce(
            sum(count_observations) filter (where metric = 'touch'), 0
        ) as bigint) as count_touches,
        cast(coalesce(
            sum(count_observations) filter (where metric = 'csat'), 0
        ) as bigint) as count_csat_responses,
        cast(coalesce(
            sum(count_observations) filter (where metric = 'csat' and score >= 4), 0
        ) as bigint) as count_satisfied,
        cast(coalesce(
            sum(count_observations) filter (where metric = 'ces'), 0
        ) as bigint) as count_ces_responses,
        cast(coalesce(
            sum(100 * score * count_observations) filter (where metric = 'ces'), 0
        ) as bigint) as sum_ces_hundredths,
        cast(coalesce(
            sum(10000 * score * score * count_observations)
            filter (where metric = 'ces'),
            0
        ) as bigint) as sum_ces_squares,
        cast(coalesce(
            sum(count_observations) filter (where metric = 'nps'), 0
        ) as bigint) as count_nps_responses,
        cast(coalesce(
            sum(count_observations) filter (where metric = 'nps' and score >= 9), 0
        ) as bigint) as count_promoters,
        cast(coalesce(
            sum(count_observations) filter (where metric = 'nps' and score <= 6), 0
        ) as bigint) as count_detractors

    from dated

    group by touchpoint, period_type, period_start, period_end

),

final as (

    select
        counted.touchpoint,
        dim_touchpoints.touchpoint_family,
        dim_touchpoints.stage_code,
        dim_touchpoints.owner,
        counted.period_type,
        counted.period_start,
        counted.period_end,
        counted.count_touches,
        counted.count_csat_responses,
        counted.count_satisfied,
        {{ percentage('counted.count_satisfied', 'counted.count_csat_responses') }}
            as csat_pct,
        {{ percentage_bound(
            'counted.count_satisfied', 'counted.count_csat_responses', '-'
        ) }} as csat_pct_ci_low,
        {{ percentage_bound(
            'counted.count_satisfied', 'counted.count_csat_responses', '+'
        ) }} as csat_pct_ci_high,
        counted.count_ces_responses,
        counted.sum_ces_hundredths,
        round(
            {{ ratio('counted.sum_ces_hundredths', 'counted.count_ces_responses') }}
            / 100,
            6
        ) as ces_mean,
        round({{ mean_bound(
            'counted.sum_ces_hundredths', 'counted.sum_ces_squares',
            'counted.count_ces_responses', 't_quantiles.t_quantile', '-', 100, 700
        ) }} / 100, 6) as ces_mean_ci_low,
        round({{ mean_bound(
            'counted.sum_ces_hundredths', 'counted.sum_ces_squares',
            'counted.count_ces_responses', 't_quantiles.t_quantile', '+', 100, 700
        ) }} / 100, 6) as ces_mean_ci_high,
        counted.count_nps_responses,
        counted.count_promoters,
        counted.count_detractors,
        {{ percentage(
            '(counted.count_promoters - counted.count_detractors)',
            'counted.count_nps_responses'
        ) }} as nps,
        {{ net_percentage_bound(
            '(counted.count_promoters - counted.count_detractors)',
            '(counted.count_promoters + counted.count_detractors)',
            'counted.count_nps_responses', '-'
        ) }} as nps_ci_low,
        {{ net_percentage_bound(
            '(counted.count_promoters - counted.count_detractors)',
            '(counted.count_promoters + counted.count_detractors)',
            'counted.count_nps_responses', '+'
        ) }} as nps_ci_high,
        counted.count_csat_responses
        + counted.count_ces_responses
        + counted.count_nps_responses > 0 as is_surveyed

    from counted

    left join dim_touchpoints
        on counted.touchpoint = dim_touchpoints.touchpoint

    left join t_quantiles
        on t_quantiles.degrees_of_freedom = counted.count_ces_responses - 1

)

select * from final
