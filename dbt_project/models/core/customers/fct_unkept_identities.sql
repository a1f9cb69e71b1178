-- Grain: one row per key whose person or link the lake does not know yet.
with

changes as (

    select * from {{ ref('int_identity__changes_found') }}

),

final as (

    select
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

    from changes

)

select * from final
