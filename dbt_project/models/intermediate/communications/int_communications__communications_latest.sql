{{ config(
    materialized='incremental',
    unique_key='communication_id',
    post_hook="{{ set_mark('mapped__communications') }}",
) }}
-- Grain: one row per message that the company sent to one person, its latest version.
with

communications as (

    select * from {{ ref('stg_mapped__communications') }}
    where _load_seq > {{ mark('mapped__communications') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        communications.communication_id,
        communications.source_id,
        coalesce(
            communications.customer_key,
            case
                when not communications.email_is_shared
                    then communications.email_key
            end,
            communications.phone_key,
            'communication:' || communications.communication_id
        ) as identity_key,
        communications.customer_key,
        communications.email_key,
        communications.email_is_shared,
        communications.phone_key,
        communications.message_number,
        communications.channel,
        communications.purpose,
        communications.template,
        communications.template_version,
        communications.campaign,
        communications.about_number,
        communications.about_id,
        communications.is_personalized,
        communications.count_merge_failures,
        communications.is_test,
        communications.archive_number,
        communications.body_hash,
        communications.archived_body_hash,
        communications.sent_at,
        cast({{ to_local('communications.sent_at', 'run.time_zone') }} as date)
            as sent_local_date,
        communications.source_version,
        communications._load_seq,
        communications._landed_at,
        communications._op,
        communications._row_hash

    from communications
    cross join run

),

{{ latest_version('new_rows', 'communication_id') }}

select * from final
