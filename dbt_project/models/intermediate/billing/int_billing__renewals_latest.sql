{{ config(
    materialized='incremental',
    unique_key='renewal_id',
    post_hook="{{ set_mark('mapped__renewals') }}",
) }}
-- Grain: one row per contract's renewal that falls due, its latest version.
with

renewals as (

    select * from {{ ref('stg_mapped__renewals') }}
    where _load_seq > {{ mark('mapped__renewals') }}

),

new_rows as (

    select
        renewals.renewal_id,
        renewals.source_id,
        renewals.subscription_id,
        renewals.due_on,
        renewals.renewed_on,
        renewals.outcome,
        renewals.amount,
        renewals.currency_code,
        renewals.source_version,
        renewals._load_seq,
        renewals._landed_at,
        renewals._op,
        renewals._row_hash

    from renewals

),

{{ latest_version('new_rows', 'renewal_id') }}

select * from final
