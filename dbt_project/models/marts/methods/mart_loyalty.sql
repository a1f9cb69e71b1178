-- Grain: one row per segment, market and month of the company calendar.
with

met_method_responses as (

    select * from {{ ref('met_method_responses') }}
    -- Who left out an item is out of the base.
    where method = 'loyalty' and count_roles = 3

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

t_quantiles as (

    select * from {{ ref('t_quantiles') }}

),

counted as (

    select
        responses.segment,
        responses.market,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        count(*) as count_responses,
        cast(sum(responses.sum_thousandths) as bigint) as sum_of_thousandths,
        cast(sum(
            cast(responses.sum_thousandths as decimal(38, 0))
            * responses.sum_thousandths
        ) as decimal(38, 0)) as sum_of_squares,
        count(*) filter (where responses.count_top_boxes = 3) as count_secure

    from met_method_responses as responses

    cross join dim_run

    inner join met_periods
        on responses.answered_local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    group by
        responses.segment,
        responses.market,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

final as (

    select
        counted.segment,
        counted.market,
        counted.period_type,
        counted.period_start,
        counted.period_end,
        counted.count_responses,
        counted.sum_of_thousandths,
        counted.count_secure,
        round(
            {{ ratio('counted.sum_of_thousandths', 'counted.count_responses') }} / 3000,
            6
        ) as loyalty_index,
        round({{ mean_bound(
            'counted.sum_of_thousandths', 'counted.sum_of_squares',
            'counted.count_responses', 't_quantiles.t_quantile', '-', 0, 300000
        ) }} / 3000, 6) as loyalty_index_ci_low,
        round({{ mean_bound(
            'counted.sum_of_thousandths', 'counted.sum_of_squares',
            'counted.count_responses', 't_quantiles.t_quantile', '+', 0, 300000
        ) }} / 3000, 6) as loyalty_index_ci_high,
        {{ percentage('counted.count_secure', 'counted.count_responses') }}
            as secure_pct,
        {{ percentage_bound('counted.count_secure', 'counted.count_responses', '-') }}
            as secure_pct_ci_low,
        {{ percentage_bound('counted.count_secure', 'counted.count_responses', '+') }}
            as secure_pct_ci_high,
        counted.count_responses < 30 as low_n

    from counted

    left join t_quantiles
        on t_quantiles.degrees_of_freedom = counted.count_responses - 1

)

select * from final
