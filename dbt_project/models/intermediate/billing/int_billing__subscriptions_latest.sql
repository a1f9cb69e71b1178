{{ config(
    materialized='incremental',
    unique_key='subscription_id',
    post_hook="{{ set_mark('mapped__subscriptions') }}",
) }}
-- Grain: one row per subscription, its latest version.
with

subscriptions as (

    select * from {{ ref('stg_mapped__subscriptions') }}
    where _load_seq > {{ mark('mapped__subscriptions') }}

),

new_rows as (

    select
        subscription_id,
        source_id,
        coalesce(customer_key, 'subscription:' || subscription_id) as identity_key,
        plan_name,
        cancel_reason,
        currency_code,
        monthly_amount,
        is_involuntary,
        is_paused,
        is_trial,
        started_on,
        ended_on,
        renewal_due_on,
        source_version,
        _load_seq,
        _landed_at,
        _op,
        _row_hash

    from subscriptions

),

{{ latest_version('new_rows', 'subscription_id') }}

select * from final
