-- Grain: one row per kind of gap and the code that has it.
with

touches as (

    select
        touch_kind,
        channel,
        touchpoint,
        count(*) as count_touches,
        max(started_local_date) as last_seen_date

    from {{ ref('fct_interactions') }}
    where not is_internal
    group by touch_kind, channel, touchpoint

),

touchpoints as (

    select * from {{ ref('touchpoints') }}

),

channels as (

    select * from {{ ref('channels') }}

),

surveys as (

    select touchpoint
    from {{ ref('dim_surveys') }}
    group by touchpoint

),

stages as (

    select * from {{ ref('journey_stages') }}

),

stage_kpis as (

    select * from {{ ref('journey_stage_kpis') }}

),

kpis as (

    select kpi_id
    from {{ ref('kpis') }}
    group by kpi_id

),

deal_stages as (

    select
        stage_code,
        count(*) as count_entries,
        max(entered_local_date) as last_seen_date

    from {{ ref('int_sales__deal_stages_entered') }}
    group by stage_code

),

seen_touchpoints as (

    select
        touchpoint,
        cast(sum(count_touches) as bigint) as count_touches,
        max(last_seen_date) as last_seen_date

    from touches
    group by touchpoint

),

described as (

    select
        touchpoints.touchpoint,
        touchpoints.touchpoint_family,
        touchpoints.owner,
        surveys.touchpoint is not null as has_survey,
        coalesce(seen_touchpoints.count_touches, 0) as count_touches,
        seen_touchpoints.last_seen_date

    from touchpoints
    left join surveys
        on touchpoints.touchpoint = surveys.touchpoint
    left join seen_touchpoints
        on touchpoints.touchpoint = seen_touchpoints.touchpoint

),

views as (

    select
        stages.stage_code,
        count(*) filter (
            where stage_kpis.evidence_type = 'company_view' and kpis.kpi_id is not null
        ) as count_company_kpis,
        count(*) filter (
            where stage_kpis.evidence_type = 'customer_view' and kpis.kpi_id is not null
        ) as count_customer_kpis

    from stages
    left join stage_kpis
        on stages.stage_code = stage_kpis.stage_code
    left join kpis
        on stage_kpis.kpi_id = kpis.kpi_id
    where stages.journey = 'customer'
    group by stages.stage_code

),

final as (

    select
        'touch_without_touchpoint' as gap,
        touch_kind || ':' || channel as code,
        count_touches,
        last_seen_date

    from touches
    where touchpoint is null
    union all
    select
        'channel_without_family' as gap,
        touches.channel as code,
        cast(sum(touches.count_touches) as bigint) as count_touches,
        max(touches.last_seen_date) as last_seen_date

    from touches
    left join channels
        on touches.channel = channels.channel
    where channels.channel is null
    group by touches.channel
    union all
    select
        'touchpoint_without_owner' as gap,
        touchpoint as code,
        count_touches,
        last_seen_date

    from described
    where count_touches > 0 and owner is null
    union all
    -- Surveys and reviews speak for the customer themselves.
    select
        'touchpoint_without_survey' as gap,
        touchpoint as code,
        count_touches,
        last_seen_date

    from described
    where count_touches > 0 and not has_survey and touchpoint_family <> 'feedback'
    union all
    select
        'touchpoint_never_seen' as gap,
        touchpoint as code,
        count_touches,
        last_seen_date

    from described
    where count_touches = 0
    union all
    select
        'survey_of_unknown_touchpoint' as gap,
        surveys.touchpoint as code,
        cast(null as bigint) as count_touches,
        cast(null as date) as last_seen_date

    from surveys
    left join touchpoints
        on surveys.touchpoint = touchpoints.touchpoint
    where surveys.touchpoint is not null and touchpoints.touchpoint is null
    union all
    select
        'stage_without_company_view' as gap,
        stage_code as code,
        cast(null as bigint) as count_touches,
        cast(null as date) as last_seen_date

    from views
    where count_company_kpis = 0
    union all
    select
        'stage_without_customer_view' as gap,
        stage_code as code,
        cast(null as bigint) as count_touches,
        cast(null as date) as last_seen_date

    from views
    where count_customer_kpis = 0
    union all
    select
        'deal_stage_unknown' as gap,
        deal_stages.stage_code as code,
        deal_stages.count_entries as count_touches,
        deal_stages.last_seen_date

    from deal_stages
    left join stages
        on stages.journey = 'deal' and deal_stages.stage_code = stages.stage_code
    where stages.stage_code is null

)

select * from final
