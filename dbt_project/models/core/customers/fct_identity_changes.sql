-- Grain: one row per key and run that found its person merged, split or renamed.
with

earlier_changes as (

    select * from {{ ref('stg_published__customer_identities') }}
    where operation = 'upsert'

),

new_changes as (

    select * from {{ ref('int_identity__changes_found') }}

),

changes as (

    select
        identity_key,
        customer_id,
        previous_customer_id,
        change_kind,
        caused_by,
        cause_left_key,
        cause_right_key,
        changed_at,
        run_id

    from earlier_changes
    union all
    select
        identity_key,
        customer_id,
        previous_customer_id,
        change_kind,
        caused_by,
        cause_left_key,
        cause_right_key,
        changed_at,
        run_id

    from new_changes

),

final as (

    select
        identity_key,
        changed_at,
        change_kind,
        previous_customer_id,
        customer_id,
        caused_by,
        cause_left_key,
        cause_right_key,
        run_id

    from changes
    where change_kind in ('merge', 'split', 'rename')

)

select * from final
