-- Grain: one row per survey, quarter of sending, attribute and group of those invited.
with

met_bias_groups as (

    select * from {{ ref('met_bias_groups') }}

),

met_bias_tests as (

    select * from {{ ref('met_bias_tests') }}

),

dim_surveys as (

    select * from {{ ref('dim_surveys') }}

),

final as (

    select
        bias_groups.survey_id,
        dim_surveys.survey_name,
        bias_groups.period_start,
        bias_groups.period_end,
        bias_groups.attribute,
        bias_groups.group_code,
        bias_groups.count_delivered,
        bias_groups.count_completed,
        {{ percentage('bias_groups.count_completed', 'bias_groups.count_delivered') }}
            as response_pct,
        {{ percentage_bound(
            'bias_groups.count_completed', 'bias_groups.count_delivered', '-'
        ) }} as response_pct_ci_low,
        {{ percentage_bound(
            'bias_groups.count_completed', 'bias_groups.count_delivered', '+'
        ) }} as response_pct_ci_high,
        bias_groups.count_delivered < 30 as low_n,
        bias_tests.chi_square,
        bias_tests.degrees_of_freedom,
        bias_tests.p_value,
        bias_tests.response_gap

    from met_bias_groups as bias_groups

    inner join met_bias_tests as bias_tests
        on bias_groups.survey_id = bias_tests.survey_id
            and bias_groups.period_start = bias_tests.period_start
            and bias_groups.attribute = bias_tests.attribute

    left join dim_surveys
        on bias_groups.survey_id = dim_surveys.survey_id

)

select * from final
