{{ config(materialized='view') }}
-- Grain: one row per public review that a person posted.
with

fct_reviews as (

    select * from {{ ref('fct_reviews') }}
    where not is_bot and not is_internal

),

final as (

    select
        review_id,
        source_id,
        coalesce(site, 'unknown') as location,
        coalesce(product_name, 'unknown') as product_name,
        coalesce(market, 'unknown') as market,
        coalesce(segment, 'unknown') as segment,
        language,
        posted_at,
        posted_local_date,
        rating_of_five,
        rating_of_five is not null as is_rated,
        replied_at is not null as is_replied,
        replied_at,
        reply_calendar_milliseconds,
        reply_calendar_milliseconds is not null as has_reply_time

    from fct_reviews

)

select * from final
