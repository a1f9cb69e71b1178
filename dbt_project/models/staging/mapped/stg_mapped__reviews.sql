-- Grain: one row per landed version of a public review.
with

source as (

    select * from {{ source('raw', 'mapped__reviews') }}

),

renamed as (

    select
        _source_id || ':' || source_id as review_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        site,
        market,
        product_name,
        language,
        rating,
        rating_maximum,
        review_text,
        is_bot,
        posted_at,
        replied_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
