{% set inputs = {
    'met_survey_scores': [
        'answered_local_date', 'metric', 'horizon', 'scale_minimum', 'scale_maximum',
        'numeric_value', 'market', 'segment', 'touchpoint', 'channel', 'survey_id',
        'question_id', 'queue_id', 'agent_id', 'count_responses',
    ],
} -%}
{{ grows_by_day('component_date', inputs, {'kpis': [], 'kpi_grains': []}) }}
-- Grain: one row per KPI statistic, grain key and local day: additive parts of surveys.
with

met_survey_scores as (

    {{ rows_of_changed_days('met_survey_scores', inputs) }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

scores_by_kpi as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.grains,
        scores.*,
        case
            when kpis.kind = 'mean'
                then cast(scores.numeric_value * kpis.unit_scale as bigint)
            when
                scores.numeric_value
                between kpis.success_minimum and kpis.success_maximum
                then 1
            when
                scores.numeric_value
                between kpis.failure_minimum and kpis.failure_maximum
                then -1
            else 0
        end as scaled_value

    from met_survey_scores as scores

    inner join kpis
        on kpis.family = 'survey_score'
            and scores.metric = kpis.metric
            and scores.horizon = kpis.horizon
            and scores.scale_minimum = kpis.scale_minimum
            and scores.scale_maximum = kpis.scale_maximum

),

score_components as (

    select
        scores_by_kpi.kpi_id,
        scores_by_kpi.definition_version,
        scores_by_kpi.statistic,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then scores_by_kpi.market
            when 'segment' then scores_by_kpi.segment
            when 'touchpoint' then scores_by_kpi.touchpoint
            when 'channel' then scores_by_kpi.channel
            when 'survey' then scores_by_kpi.survey_id
            when 'question' then scores_by_kpi.question_id
            when 'queue' then scores_by_kpi.queue_id
            when 'agent' then scores_by_kpi.agent_id
        end as grain_key,
        scores_by_kpi.answered_local_date as component_date,
        cast(sum(scores_by_kpi.count_responses * scores_by_kpi.scaled_value) as bigint)
            as numerator,
        cast(sum(scores_by_kpi.count_responses) as bigint) as denominator,
        cast(sum(
            cast(scores_by_kpi.count_responses as decimal(18, 0))
            * scores_by_kpi.scaled_value * scores_by_kpi.scaled_value
        ) as decimal(38, 0)) as sum_of_squares

    from scores_by_kpi

    inner join kpi_grains
        on concat('|', scores_by_kpi.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        scores_by_kpi.kpi_id,
        scores_by_kpi.definition_version,
        scores_by_kpi.statistic,
        kpi_grains.grain_name,
        grain_key,
        scores_by_kpi.answered_local_date

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        component_date,
        numerator,
        denominator,
        denominator as n,
        sum_of_squares

    from score_components

    where grain_key is not null

)

select * from final
