-- Grain: one row per landed version of a message that the company sent to one person.
with

source as (

    select * from {{ source('raw', 'mapped__communications') }}

),

renamed as (

    select
        _source_id || ':' || source_id as communication_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        'email:' || email_hash as email_key,
        email_is_shared,
        'phone:' || phone_hash as phone_key,
        message_number,
        channel,
        purpose,
        template,
        template_version,
        campaign,
        about_number,
        -- What it is about lies where its customers do.
        coalesce(customer_source_id, _source_id) || ':' || about_number as about_id,
        is_personalized,
        count_merge_failures,
        is_test,
        archive_number,
        body_hash,
        archived_body_hash,
        sent_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
