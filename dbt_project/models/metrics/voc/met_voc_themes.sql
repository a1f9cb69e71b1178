-- Grain: one row per statement of a customer, theme and model that found it.
with

fct_survey_responses as (

    select * from {{ ref('fct_survey_responses') }}
    where not is_test and not is_internal and submitted_local_date is not null

),

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}
    where exclusion_reason is null and numeric_value is not null

),

fct_interactions as (

    select * from {{ ref('fct_interactions') }}
    where reason is not null

),

dim_surveys as (

    select * from {{ ref('dim_surveys') }}
    where is_of_customers

),

met_method_items as (

    select * from {{ ref('met_method_items') }}
    where method = 'theme'

),

met_voc_statements as (

    select * from {{ ref('met_voc_statements') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'theme' and metric is not null

),

responses as (

    select
        'response:' || responses.response_id as statement_id,
        responses.response_id,
        responses.interaction_id,
        responses.customer_id,
        responses.segment,
        responses.market,
        dim_surveys.touchpoint,
        coalesce(responses.channel, 'survey') as channel,
        responses.submitted_at as stated_at,
        responses.submitted_local_date as stated_local_date

    from fct_survey_responses as responses

    inner join dim_surveys
        on responses.survey_id = dim_surveys.survey_id

),

-- A question with one choice names its theme, each of many choices is a question.
chosen as (

    select
        'response:' || response_id as statement_id,
        case when role = 'choice' then lower(choice_code) else subject end as theme

    from met_method_items

    where
        (role = 'choice' and trim(coalesce(choice_code, '')) <> '')
        or (role = 'option' and (lower(choice_code) = 'y' or numeric_value = 1))

),

-- Who chose no theme speaks of what the contact was about.
coded as (

    select
        responses.statement_id,
        coalesce(chosen.theme, interactions.reason) as theme,
        'survey_answer' as feedback_kind,
        case when chosen.theme is not null then 'choice' else 'contact' end
            as theme_source,
        responses.customer_id,
        responses.segment,
        responses.market,
        responses.touchpoint,
        responses.channel,
        responses.stated_at,
        responses.stated_local_date

    from responses

    left join chosen
        on responses.statement_id = chosen.statement_id

    left join fct_interactions as interactions
        on responses.interaction_id = interactions.interaction_id

    where coalesce(chosen.theme, interactions.reason) is not null

    union all

    select
        statement_id,
        reason as theme,
        feedback_kind,
        'ticket' as theme_source,
        customer_id,
        segment,
        market,
        touchpoint,
        channel,
        stated_at,
        stated_local_date

    from met_voc_statements

    where feedback_kind = 'ticket_message' and reason is not null

),

-- Several answers of one response that feel apart are mixed.
feelings as (

    select
        statement_id,
        case
            when min(sentiment) = max(sentiment) then min(sentiment)
            else 'mixed'
        end as sentiment

    from met_voc_statements

    where has_two_words and sentiment is not null

    group by statement_id

),

-- Of several answers to one metric the worst counts.
outcomes as (

    select
        'response:' || answers.response_id as statement_id,
        kpis.metric,
        min(
            cast(
                answers.numeric_value between kpis.success_minimum
                and kpis.success_maximum as integer
            )
            - cast(coalesce(
                answers.numeric_value between kpis.failure_minimum
                and kpis.failure_maximum, false
            ) as integer)
        ) as outcome

    from fct_survey_answers as answers

    inner join kpis
        on answers.metric = kpis.metric
            and answers.horizon = kpis.horizon
            and answers.scale_minimum = kpis.scale_minimum
            and answers.scale_maximum = kpis.scale_maximum

    group by answers.response_id, kpis.metric

),

final as (

    select
        coded.statement_id,
        coded.theme,
        'coded' as model_version,
        coded.theme_source,
        coded.feedback_kind,
        coded.customer_id,
        coalesce(coded.segment, 'unknown') as segment,
        coalesce(coded.market, 'unknown') as market,
        coalesce(coded.touchpoint, 'unknown') as touchpoint,
        coded.channel,
        coded.stated_at,
        coded.stated_local_date,
        feelings.sentiment,
        satisfaction.outcome as csat_outcome,
        recommendation.outcome as nps_outcome

    from coded

    left join feelings
        on coded.statement_id = feelings.statement_id

    left join outcomes as satisfaction
        on coded.statement_id = satisfaction.statement_id
            and satisfaction.metric = 'csat'

    left join outcomes as recommendation
        on coded.statement_id = recommendation.statement_id
            and recommendation.metric = 'nps'

)

select * from final
