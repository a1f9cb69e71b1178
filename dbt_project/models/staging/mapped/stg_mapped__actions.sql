-- Grain: one row per landed version of a case: somebody must act for a customer.
with

source as (

    select * from {{ source('raw', 'mapped__actions') }}

),

renamed as (

    select
        _source_id || ':' || source_id as case_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        reason,
        response_number,
        owner_number,
        status,
        opened_at,
        due_at,
        contacted_at,
        resolved_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
