-- Grain: one row per landed version of what something cost in a month.
with

source as (

    select * from {{ source('raw', 'mapped__costs') }}

),

renamed as (

    select
        _source_id || ':' || source_id as cost_id,
        _source_id as source_id,
        purpose,
        channel,
        program,
        market,
        month_start_date,
        amount,
        currency_code,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
