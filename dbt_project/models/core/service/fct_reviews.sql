-- Grain: one row per public review.
with

reviews as (

    select * from {{ ref('int_service__reviews_latest') }}
    where not is_deleted

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        reviews.review_id,
        reviews.source_id,
        reviews.site,
        reviews.identity_key,
        identities.customer_id,
        customers.segment,
        coalesce(customers.market, reviews.market) as market,
        reviews.product_name,
        reviews.language,
        reviews.rating,
        reviews.rating_maximum,
        -- Stars of another number are brought to five.
        cast(5 * reviews.rating / nullif(reviews.rating_maximum, 0) as decimal(18, 4))
            as rating_of_five,
        coalesce(reviews.is_bot, false) as is_bot,
        reviews.posted_at,
        reviews.posted_local_date,
        reviews.replied_at,
        case
            when reviews.replied_at >= reviews.posted_at
                then
                    {{ dbt.datediff(
                        'reviews.posted_at', 'reviews.replied_at', 'millisecond'
                    ) }}
        end as reply_calendar_milliseconds,
        coalesce(customers.is_internal, false) as is_internal

    from reviews
    inner join run
        on {{ is_before_as_of('reviews.posted_local_date') }}
    {{ join_person_at('reviews', 'reviews.posted_at') }}

)

select * from final
