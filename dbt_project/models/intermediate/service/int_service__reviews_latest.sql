{{ config(
    materialized='incremental',
    unique_key='review_id',
    post_hook="{{ set_mark('mapped__reviews') }}",
) }}
-- Grain: one row per public review, its latest version.
with

reviews as (

    select * from {{ ref('stg_mapped__reviews') }}
    where _load_seq > {{ mark('mapped__reviews') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        reviews.review_id,
        reviews.source_id,
        coalesce(
            reviews.customer_key,
            'review:' || reviews.review_id
        ) as identity_key,
        reviews.customer_key,
        reviews.site,
        reviews.market,
        reviews.product_name,
        {{ language_tag('reviews.language') }} as language,
        reviews.rating,
        reviews.rating_maximum,
        reviews.review_text,
        reviews.is_bot,
        reviews.posted_at,
        reviews.replied_at,
        cast({{ to_local('reviews.posted_at', 'run.time_zone') }} as date)
            as posted_local_date,
        reviews.source_version,
        reviews._load_seq,
        reviews._landed_at,
        reviews._op,
        reviews._row_hash

    from reviews
    cross join run

),

{{ latest_version('new_rows', 'review_id') }}

select * from final
