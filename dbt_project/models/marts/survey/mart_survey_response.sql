-- Grain: one row per survey, channel, customer cell and local day of sending.
with

fct_survey_invitations as (

    select * from {{ ref('fct_survey_invitations') }}

),

dim_surveys as (

    select * from {{ ref('dim_surveys') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

windows as (

    select max(maturity_days) as maturity_days

    from kpis

    where family = 'survey_response'

),

invitations as (

    select
        survey_id,
        horizon,
        coalesce(touchpoint, 'unknown') as touchpoint,
        coalesce(channel, 'unknown') as channel,
        coalesce(segment, 'unknown') as segment,
        coalesce(market, 'unknown') as market,
        sent_local_date,
        coalesce(delivery_status, 'sent') as delivery_status,
        is_started or is_completed as is_started,
        is_completed

    from fct_survey_invitations

    where not is_internal and sent_local_date is not null

),

counted as (

    select
        survey_id,
        horizon,
        touchpoint,
        channel,
        segment,
        market,
        sent_local_date,
        count(*) filter (
            where delivery_status in ('sent', 'delivered', 'bounced', 'blocked')
        ) as count_sent,
        count(*) filter (where delivery_status = 'bounced') as count_bounced,
        count(*) filter (where delivery_status = 'blocked') as count_blocked,
        count(*) filter (where delivery_status in ('sent', 'delivered'))
            as count_delivered,
        count(*) filter (
            where delivery_status in ('sent', 'delivered') and is_started
        ) as count_started,
        count(*) filter (
            where delivery_status in ('sent', 'delivered') and is_completed
        ) as count_completed,
        count(*) filter (
            where delivery_status in ('sent', 'delivered')
            and is_started
            and not is_completed
        ) as count_partial,
        count(*) filter (where delivery_status in ('opted_out', 'suppressed'))
            as count_suppressed

    from invitations

    group by
        survey_id,
        horizon,
        touchpoint,
        channel,
        segment,
        market,
        sent_local_date

),

final as (

    select
        counted.survey_id,
        dim_surveys.survey_name,
        counted.horizon,
        counted.touchpoint,
        counted.channel,
        counted.segment,
        counted.market,
        counted.sent_local_date,
        counted.count_sent,
        counted.count_bounced,
        counted.count_blocked,
        counted.count_delivered,
        counted.count_started,
        counted.count_completed,
        counted.count_partial,
        counted.count_suppressed,
        {{ percentage('counted.count_completed', 'counted.count_delivered') }}
            as response_pct,
        {{ percentage('counted.count_bounced', 'counted.count_sent') }} as bounce_pct,
        {{ percentage('counted.count_started', 'counted.count_delivered') }}
            as start_pct,
        {{ percentage('counted.count_completed', 'counted.count_started') }}
            as completion_pct,
        {{ percentage('counted.count_partial', 'counted.count_delivered') }}
            as partial_pct,
        cast(
            counted.sent_local_date + interval 1 day * windows.maturity_days as date
        ) <= dim_run.as_of as is_mature

    from counted

    cross join windows

    cross join dim_run

    left join dim_surveys
        on counted.survey_id = dim_surveys.survey_id

)

select * from final
