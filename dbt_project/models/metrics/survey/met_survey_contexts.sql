-- Grain: one row per response: the contact that it is about, and who speaks.
with

fct_survey_responses as (

    select * from {{ ref('fct_survey_responses') }}

),

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}
    where exclusion_reason is null and numeric_value is not null

),

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

met_voc_themes as (

    select * from {{ ref('met_voc_themes') }}
    where
        model_version = '{{ var("theme_model_version") }}'
        and statement_id like 'response:%'

),

dim_customers as (

    select * from {{ ref('dim_customers') }}
    where is_current

),

met_value_profiles as (

    select * from {{ ref('met_value_profiles') }}

),

themes as (

    select
        statement_id,
        {{ ordered_agg('theme', 'theme') }} as themes

    from met_voc_themes

    group by statement_id

),

-- Answers on one scale are a battery.
batteries as (

    select
        response_id,
        bool_and(numeric_value = scale_maximum) filter (where metric = 'resolved')
            as is_resolved,
        case
            when
                count(*) >= {{ var('straight_lining_answers') }}
                and scale_minimum is not null
                and scale_maximum is not null
                then coalesce(min(numeric_value) = max(numeric_value), false)
        end as is_one_answer

    from fct_survey_answers

    group by response_id, scale_minimum, scale_maximum

),

-- Who gives a long row of items one and the same answer may not have read them.
judged as (

    select
        response_id,
        bool_and(is_resolved) as is_resolved,
        bool_or(is_one_answer) as is_straight_lined

    from batteries

    group by response_id

),

final as (

    select
        responses.response_id,
        themes.themes,
        calls.wait_milliseconds,
        judged.is_resolved,
        judged.is_straight_lined,
        profiles.treatment_class,
        -- An answer may be older than the record: that is no tenure below nought.
        case
            when responses.submitted_local_date >= dim_customers.created_local_date
                then cast({{ dbt.datediff(
                    'dim_customers.created_local_date',
                    'responses.submitted_local_date', 'day'
                ) }} as integer)
        end as tenure_days

    from fct_survey_responses as responses

    left join themes
        on concat('response:', responses.response_id) = themes.statement_id

    left join judged
        on responses.response_id = judged.response_id

    left join fct_calls as calls
        on responses.interaction_id = concat('call:', calls.contact_id)

    left join dim_customers
        on responses.customer_id = dim_customers.customer_id

    left join met_value_profiles as profiles
        on responses.customer_id = profiles.customer_id

)

select * from final
