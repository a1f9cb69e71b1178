-- Grain: one row per key by which a person was ever met.
with

keys as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

final as (

    select
        identity_key,
        customer_id,
        key_kind,
        is_known,
        is_shared,
        first_landed_at,
        linked_by,
        linked_key

    from keys

)

select * from final
