{{ config(
    materialized='incremental',
    unique_key='opportunity_id',
    post_hook="{{ set_mark('mapped__opportunities') }}",
) }}
-- Grain: one row per sales opportunity, its latest version.
with

opportunities as (

    select * from {{ ref('stg_mapped__opportunities') }}
    where _load_seq > {{ mark('mapped__opportunities') }}

),

new_rows as (

    select
        opportunity_id,
        source_id,
        account_id,
        -- A company may buy without a person being named.
        customer_key as identity_key,
        owner_id,
        product_name,
        stage,
        outcome,
        currency_code,
        amount,
        opened_on,
        closed_on,
        source_version,
        _load_seq,
        _landed_at,
        _op,
        _row_hash

    from opportunities

),

{{ latest_version('new_rows', 'opportunity_id') }}

select * from final
