-- Grain: one row per day, campaign source and market: visits and how far they got.
with

fct_web_events as (

    select * from {{ ref('fct_web_events') }}
    where not is_bot and not is_internal

),

visits as (

    select
        visit_id,
        min(occurred_local_date) as local_date,
        min_by(market, occurred_at) as market,
        min_by(campaign_source, occurred_at) as campaign_source,
        bool_or(
            task = '{{ var("purchase_task") }}'
            and event in ('started', 'completed', 'failed')
        ) as has_checkout,
        bool_or(
            task = '{{ var("purchase_task") }}' and event = 'completed'
        ) as has_purchase

    from fct_web_events

    group by visit_id

),

final as (

    select
        local_date,
        coalesce(campaign_source, 'direct') as acquisition_source,
        coalesce(market, 'unknown') as market,
        count(*) as count_visits,
        count(*) filter (where coalesce(has_checkout, false)) as count_checkouts,
        count(*) filter (where coalesce(has_purchase, false)) as count_purchases

    from visits

    group by
        local_date,
        coalesce(campaign_source, 'direct'),
        coalesce(market, 'unknown')

)

select * from final
