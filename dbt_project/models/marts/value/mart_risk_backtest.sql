-- Grain: one row per day of judgement, segment, market and risk band.
with

met_value_risk_scores as (

    select * from {{ ref('met_value_risk_scores') }}
    where not is_of_today

),

counted as (

    select
        as_of,
        reference_date,
        segment,
        market,
        risk_band,
        count(*) as count_customers,
        count(*) filter (where has_left) as count_left

    from met_value_risk_scores

    group by as_of, reference_date, segment, market, risk_band

),

final as (

    select
        as_of,
        cast(as_of - interval 1 day as date) as snapshot_date,
        reference_date,
        segment,
        market,
        risk_band,
        count_customers,
        count_left,
        {{ percentage('count_left', 'count_customers') }} as left_pct,
        {{ percentage_bound('count_left', 'count_customers', '-') }}
            as left_pct_ci_low,
        {{ percentage_bound('count_left', 'count_customers', '+') }}
            as left_pct_ci_high

    from counted

)

select * from final
