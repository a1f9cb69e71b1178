-- Grain: one row per landed version of a ticket, chat conversation or lead that
-- waits for an answer.
with

source as (

    select * from {{ source('raw', 'mapped__tickets') }}

),

renamed as (

    select
        _source_id || ':' || source_id as ticket_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        'email:' || email_hash as email_key,
        email_is_shared,
        'phone:' || phone_hash as phone_key,
        channel,
        queue,
        agent_number,
        reason,
        product_name,
        priority,
        status,
        is_complaint,
        is_spam,
        _source_id || ':' || merged_into_number as merged_into_ticket_id,
        created_at,
        first_due_at,
        solve_due_at,
        solved_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
