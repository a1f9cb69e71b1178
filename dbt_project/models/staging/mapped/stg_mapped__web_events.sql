-- Grain: one row per landed version of a step of a visitor on a site or in an app.
with

source as (

    select * from {{ source('raw', 'mapped__web_events') }}

),

renamed as (

    select
        _source_id || ':' || source_id as web_event_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        'visitor:' || _source_id || ':' || visitor_number as visitor_key,
        session_number,
        page,
        task,
        event,
        campaign_source,
        is_bot,
        occurred_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
