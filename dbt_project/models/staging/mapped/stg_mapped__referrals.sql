-- Grain: one row per landed version of a recommendation of one customer to another
-- person.
with

source as (

    select * from {{ source('raw', 'mapped__referrals') }}

),

renamed as (

    select
        _source_id || ':' || source_id as referral_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        'customer:' || customer_source_id || ':' || referred_customer_number
            as referred_customer_key,
        channel,
        referred_at,
        converted_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
