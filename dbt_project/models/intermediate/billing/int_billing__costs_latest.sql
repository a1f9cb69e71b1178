{{ config(
    materialized='incremental',
    unique_key='cost_id',
    post_hook="{{ set_mark('mapped__costs') }}",
) }}
-- Grain: one row per what something cost in a month, its latest version.
with

costs as (

    select * from {{ ref('stg_mapped__costs') }}
    where _load_seq > {{ mark('mapped__costs') }}

),

new_rows as (

    select
        costs.cost_id,
        costs.source_id,
        costs.purpose,
        costs.channel,
        costs.program,
        costs.market,
        costs.month_start_date,
        costs.amount,
        costs.currency_code,
        costs.source_version,
        costs._load_seq,
        costs._landed_at,
        costs._op,
        costs._row_hash

    from costs

),

{{ latest_version('new_rows', 'cost_id') }}

select * from final
