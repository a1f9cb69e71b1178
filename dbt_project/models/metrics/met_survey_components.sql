-- Grain: one row per KPI statistic, grain key and local day: additive parts of surveys.
with

met_survey_scores as (

    select * from {{ ref('met_survey_scores') }}

),

fct_survey_invitations as (

    select * from {{ ref('fct_survey_invitations') }}

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

invitations as (

    select
        sent_local_date,
        horizon,
        survey_id,
        coalesce(touchpoint, 'unknown') as touchpoint,
        coalesce(segment, 'unknown') as segment,
        coalesce(market, 'unknown') as market,
        coalesce(channel, 'unknown') as channel,
        -- A sender that reports nothing back is taken at its word.
        coalesce(delivery_status, 'sent') as delivery_status,
        is_started or is_completed as is_started,
        is_completed

    from fct_survey_invitations

    where
        not is_internal
        and sent_local_date is not null
        and coalesce(delivery_status, 'sent')
        in ('sent', 'delivered', 'bounced', 'blocked')

),

invitation_counts as (

    select
        sent_local_date,
        horizon,
        survey_id,
        touchpoint,
        segment,
        market,
        channel,
        count(*) as count_sent,
        count(*) filter (where delivery_status = 'bounced') as count_bounced,
        count(*) filter (where delivery_status in ('sent', 'delivered'))
            as count_delivered,
        count(*) filter (
            where delivery_status in ('sent', 'delivered') and is_started
        ) as count_started,
        count(*) filter (
            where delivery_status in ('sent', 'delivered') and is_completed
        ) as count_completed

    from invitations

    group by
        sent_local_date,
        horizon,
        survey_id,
        touchpoint,
        segment,
        market,
        channel

),

invitations_by_kpi as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        invitation_counts.*

    from invitation_counts

    inner join kpis
        on
            invitation_counts.horizon = kpis.horizon
            and kpis.family = 'survey_response'

    inner join kpi_grains
        on
            concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

),

response_components as (

    select
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        case grain_name
            when 'company' then 'company'
            when 'market' then market
            when 'segment' then segment
            when 'touchpoint' then touchpoint
            when 'channel' then channel
            when 'survey' then survey_id
        end as grain_key,
        sent_local_date as component_date,
        cast(sum(case statistic
            when 'value' then count_completed
            when 'bounce' then count_bounced
            when 'start' then count_started
            when 'completion' then count_completed
            when 'partial' then count_started - count_completed
        end) as bigint) as numerator,
        cast(sum(case statistic
            when 'bounce' then count_sent
            when 'completion' then count_started
            else count_delivered
        end) as bigint) as denominator

    from invitations_by_kpi

    group by
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        sent_local_date

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

    union all

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
        cast(numerator as decimal(38, 0)) as sum_of_squares

    from response_components

)

select * from final
