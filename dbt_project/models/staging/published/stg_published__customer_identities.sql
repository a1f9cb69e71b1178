-- Grain: one row per key and run that found another person or link for it.
with

source as (

    select * from {{ source('raw', 'published__customer_identities') }}

),

renamed as (

    select
        _load_seq as load_seq,
        _op as operation,
        identity_key,
        customer_id,
        previous_customer_id,
        change_kind,
        linked_by,
        linked_key,
        caused_by,
        cause_left_key,
        cause_right_key,
        changed_at,
        run_id

    from source

)

select * from renamed
