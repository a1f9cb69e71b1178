-- Grain: one row per landed version of an opportunity's entry into a stage.
with

source as (

    select * from {{ source('raw', 'mapped__opportunity_stages') }}

),

renamed as (

    select
        _source_id || ':' || source_id as opportunity_stage_id,
        _source_id as source_id,
        _source_id || ':' || opportunity_number as opportunity_id,
        stage,
        entered_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
