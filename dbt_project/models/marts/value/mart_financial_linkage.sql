{{ config(materialized='view') }}
-- Grain: one row per segment and year of answering.
with

met_value_linkage as (

    select * from {{ ref('met_value_linkage') }}
    where grain_name = 'segment'

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        nominal.grain_key as segment,
        nominal.year_start_date,
        nominal.count_answers,
        nominal.count_with_immature,
        nominal.count_promoters,
        nominal.count_passives,
        nominal.count_detractors,
        dim_run.currency_code,
        cast(
            cast(nominal.promoter_hundredths as decimal(20, 2)) / 100
            as decimal(18, 2)
        ) as promoter_revenue_after_amount,
        cast(
            cast(nominal.passive_hundredths as decimal(20, 2)) / 100
            as decimal(18, 2)
        ) as passive_revenue_after_amount,
        cast(
            cast(nominal.detractor_hundredths as decimal(20, 2)) / 100
            as decimal(18, 2)
        ) as detractor_revenue_after_amount,
        round(nominal.promoter_mean, 2) as promoter_mean_revenue_after_amount,
        round(nominal.passive_mean, 2) as passive_mean_revenue_after_amount,
        round(nominal.detractor_mean, 2) as detractor_mean_revenue_after_amount,
        round(inflation_free.promoter_mean, 2)
            as promoter_mean_revenue_after_real_amount,
        round(inflation_free.passive_mean, 2)
            as passive_mean_revenue_after_real_amount,
        round(inflation_free.detractor_mean, 2)
            as detractor_mean_revenue_after_real_amount,
        round(nominal.promoter_mean / nullif(nominal.detractor_mean, 0), 6)
            as promoter_detractor_ratio,
        round(
            inflation_free.promoter_mean
            / nullif(inflation_free.detractor_mean, 0),
            6
        ) as promoter_detractor_ratio_real,
        round(nominal.slope, 2) as revenue_per_point_amount,
        round(nominal.slope_ci_low, 2) as revenue_per_point_amount_ci_low,
        round(nominal.slope_ci_high, 2) as revenue_per_point_amount_ci_high,
        round(inflation_free.slope, 2) as revenue_per_point_real_amount,
        round(inflation_free.slope_ci_low, 2)
            as revenue_per_point_real_amount_ci_low,
        round(inflation_free.slope_ci_high, 2)
            as revenue_per_point_real_amount_ci_high,
        round(inflation_free.pearson, 6) as correlation,
        round(inflation_free.spearman, 6) as rank_correlation,
        nominal.count_answers < 30 as low_n

    from met_value_linkage as nominal

    inner join met_value_linkage as inflation_free
        on nominal.grain_key = inflation_free.grain_key
            and nominal.year_start_date = inflation_free.year_start_date
            and inflation_free.money_kind = 'real'

    cross join dim_run

    where nominal.money_kind = 'nominal'

)

select * from final
