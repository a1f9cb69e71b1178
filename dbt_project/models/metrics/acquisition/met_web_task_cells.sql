-- Grain: one row per day, page, task, campaign source, market and segment: attempts.
with

fct_web_events as (

    select * from {{ ref('fct_web_events') }}
    where not is_bot and not is_internal and task is not null

),

-- A visitor who tries a task more than once in a visit has tried it.
attempts as (

    select
        visit_id,
        task,
        min_by(page, occurred_at) as page,
        min(occurred_local_date) as local_date,
        min_by(market, occurred_at) as market,
        min_by(segment, occurred_at) as segment,
        min_by(campaign_source, occurred_at) as campaign_source,
        bool_or(event in ('started', 'completed', 'failed')) as is_started,
        bool_or(event = 'completed') as is_completed,
        bool_or(event = 'failed') as has_failed,
        count(*) filter (where event = 'viewed') as count_views

    from fct_web_events

    group by visit_id, task

),

final as (

    select
        local_date,
        coalesce(page, 'unknown') as page,
        task,
        coalesce(campaign_source, 'direct') as acquisition_source,
        coalesce(market, 'unknown') as market,
        coalesce(segment, 'unknown') as segment,
        cast(sum(count_views) as bigint) as count_views,
        count(*) filter (where is_started) as count_started,
        count(*) filter (where is_completed) as count_completed,
        count(*) filter (where has_failed and not is_completed) as count_failed

    from attempts

    group by
        local_date,
        coalesce(page, 'unknown'),
        task,
        coalesce(campaign_source, 'direct'),
        coalesce(market, 'unknown'),
        coalesce(segment, 'unknown')

)

select * from final
