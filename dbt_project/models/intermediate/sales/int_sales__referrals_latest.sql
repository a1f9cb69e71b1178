{{ config(
    materialized='incremental',
    unique_key='referral_id',
    post_hook="{{ set_mark('mapped__referrals') }}",
) }}
-- Grain: one row per recommendation of one customer to another person, its latest
-- version.
with

referrals as (

    select * from {{ ref('stg_mapped__referrals') }}
    where _load_seq > {{ mark('mapped__referrals') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        referrals.referral_id,
        referrals.source_id,
        coalesce(
            referrals.customer_key,
            'referral:' || referrals.referral_id
        ) as identity_key,
        referrals.customer_key,
        referrals.referred_customer_key,
        referrals.channel,
        referrals.referred_at,
        referrals.converted_at,
        cast({{ to_local('referrals.referred_at', 'run.time_zone') }} as date)
            as referred_local_date,
        referrals.source_version,
        referrals._load_seq,
        referrals._landed_at,
        referrals._op,
        referrals._row_hash

    from referrals
    cross join run

),

{{ latest_version('new_rows', 'referral_id') }}

select * from final
