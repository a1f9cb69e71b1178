-- Grain: one row per landed version of a customer record of a source.
with

source as (

    select * from {{ source('raw', 'mapped__customers') }}

),

renamed as (

    select
        _source_id || ':' || source_id as customer_record_id,
        _source_id as source_id,
        'customer:' || _source_id || ':' || source_id as customer_key,
        'email:' || email_hash as email_key,
        email_is_shared,
        'phone:' || phone_hash as phone_key,
        customer_number,
        _source_id || ':' || account_number as account_id,
        segment,
        market,
        language,
        preferred_channel,
        acquisition_source,
        'customer:' || _source_id || ':' || merged_into_number as merged_into_key,
        is_opted_out,
        is_internal,
        created_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
