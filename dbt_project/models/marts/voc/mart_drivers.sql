{{ config(materialized='view') }}
-- Grain: one row per survey, segment, quarter, outcome and driver.
with

-- Importance is computed outside of SQL and lands as a frame: none, no rows.
final as (

    select
        cast(null as varchar) as survey_id,
        cast(null as varchar) as segment,
        cast(null as date) as period_start,
        cast(null as varchar) as outcome_question_id,
        cast(null as varchar) as driver_question_id,
        cast(null as bigint) as count_cases,
        cast(null as double) as r_squared,
        cast(null as double) as importance,
        cast(null as double) as importance_share_pct,
        cast(null as double) as mean_score,
        cast(null as double) as top_two_pct,
        cast(null as double) as correlation,
        cast(null as double) as variance_inflation_factor,
        cast(null as boolean) as is_sign_doubtful,
        cast(null as varchar) as quadrant,
        cast(null as varchar) as model_version

    where 1 = 0

)

select * from final
