-- Grain: one row per landed version of any other touch: chat, e-mail, visit, message.
with

source as (

    select * from {{ source('raw', 'mapped__interactions') }}

),

renamed as (

    select
        _source_id || ':' || source_id as interaction_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        'email:' || email_hash as email_key,
        email_is_shared,
        'phone:' || phone_hash as phone_key,
        interaction_number,
        agent_number,
        channel,
        direction,
        purpose,
        reason,
        outcome,
        planned_at,
        started_at,
        ended_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
