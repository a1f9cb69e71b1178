{{ config(materialized='view') }}
-- Grain: one row per person with a counted score: the last of each kind.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

latest_answers as (

    select
        customer_id,
        metric,
        numeric_value,
        answered_local_date

    from fct_survey_answers

    where
        exclusion_reason is null
        and numeric_value is not null
        and cast(scale_minimum as integer) = case metric when 'nps' then 0 else 1 end
        and cast(scale_maximum as integer) = case metric
            when 'nps' then 10
            when 'csat' then 5
            when 'ces' then 7
        end

    qualify row_number() over (
            partition by customer_id, metric
            order by answered_at desc, answer_id desc
        ) = 1

),

final as (

    select
        customer_id,
        max(numeric_value) filter (where metric = 'nps') as last_nps_score,
        max(answered_local_date) filter (where metric = 'nps') as last_nps_date,
        max(numeric_value) filter (where metric = 'csat') as last_csat_score,
        max(answered_local_date) filter (where metric = 'csat') as last_csat_date,
        max(numeric_value) filter (where metric = 'ces') as last_ces_score,
        max(answered_local_date) filter (where metric = 'ces') as last_ces_date

    from latest_answers

    group by customer_id

)

select * from final
