{{ config(
    materialized='incremental',
    unique_key='shipment_id',
    post_hook="{{ set_mark('mapped__shipments') }}",
) }}
-- Grain: one row per delivery of an order, its latest version.
with

shipments as (

    select * from {{ ref('stg_mapped__shipments') }}
    where _load_seq > {{ mark('mapped__shipments') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        shipments.shipment_id,
        shipments.source_id,
        shipments.order_id,
        shipments.shipped_at,
        shipments.promised_at,
        shipments.delivered_at,
        shipments.is_complete,
        shipments.is_damaged,
        shipments.is_correctly_documented,
        cast({{ to_local('shipments.delivered_at', 'run.time_zone') }} as date)
            as delivered_local_date,
        shipments.source_version,
        shipments._load_seq,
        shipments._landed_at,
        shipments._op,
        shipments._row_hash

    from shipments
    cross join run

),

{{ latest_version('new_rows', 'shipment_id') }}

select * from final
