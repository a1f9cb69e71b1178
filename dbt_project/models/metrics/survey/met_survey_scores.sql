-- Grain: one row per local day, question version, customer cell, handler and score.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

scored_metrics as (

    select
        metric,
        horizon,
        scale_minimum,
        scale_maximum

    from kpis

    where family = 'survey_score'

    group by metric, horizon, scale_minimum, scale_maximum

),

final as (

    select
        fct_survey_answers.answered_local_date,
        fct_survey_answers.metric,
        fct_survey_answers.horizon,
        fct_survey_answers.scale_minimum,
        fct_survey_answers.scale_maximum,
        fct_survey_answers.survey_id,
        fct_survey_answers.question_id,
        fct_survey_answers.question_version,
        coalesce(fct_survey_answers.touchpoint, 'unknown') as touchpoint,
        coalesce(fct_survey_answers.segment, 'unknown') as segment,
        coalesce(fct_survey_answers.market, 'unknown') as market,
        coalesce(fct_survey_answers.channel, 'unknown') as channel,
        fct_survey_answers.agent_id,
        fct_survey_answers.queue_id,
        fct_survey_answers.numeric_value,
        count(*) as count_responses

    from fct_survey_answers

    -- Another scale is another KPI: it is neither mapped nor averaged with this one.
    inner join scored_metrics
        on fct_survey_answers.metric = scored_metrics.metric
            and fct_survey_answers.horizon = scored_metrics.horizon
            and fct_survey_answers.scale_minimum = scored_metrics.scale_minimum
            and fct_survey_answers.scale_maximum = scored_metrics.scale_maximum

    where
        fct_survey_answers.exclusion_reason is null
        and fct_survey_answers.numeric_value is not null
        and fct_survey_answers.answered_local_date is not null

    group by
        fct_survey_answers.answered_local_date,
        fct_survey_answers.metric,
        fct_survey_answers.horizon,
        fct_survey_answers.scale_minimum,
        fct_survey_answers.scale_maximum,
        fct_survey_answers.survey_id,
        fct_survey_answers.question_id,
        fct_survey_answers.question_version,
        coalesce(fct_survey_answers.touchpoint, 'unknown'),
        coalesce(fct_survey_answers.segment, 'unknown'),
        coalesce(fct_survey_answers.market, 'unknown'),
        coalesce(fct_survey_answers.channel, 'unknown'),
        fct_survey_answers.agent_id,
        fct_survey_answers.queue_id,
        fct_survey_answers.numeric_value

)

select * from final
