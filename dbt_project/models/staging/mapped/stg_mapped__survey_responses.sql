-- Grain: one row per landed version of a response: one visit of a person to a survey.
with

source as (

    select * from {{ source('raw', 'mapped__survey_responses') }}

),

renamed as (

    select
        _source_id || ':' || source_id as response_id,
        _source_id || ':' || survey_number as survey_id,
        _source_id || ':' || {{ key_part('survey_number') }}
        || '|' || {{ key_part('invitation_number') }} as invitation_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        'email:' || email_hash as email_key,
        email_is_shared,
        'phone:' || phone_hash as phone_key,
        interaction_number,
        agent_number,
        queue as queue_name,
        channel,
        language,
        is_complete,
        is_test,
        started_at,
        submitted_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
