{{ config(
    materialized='incremental',
    unique_key='case_id',
    post_hook="{{ set_mark('mapped__actions') }}",
) }}
-- Grain: one row per case: somebody must act for a customer, its latest version.
with

actions as (

    select * from {{ ref('stg_mapped__actions') }}
    where _load_seq > {{ mark('mapped__actions') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        actions.case_id,
        actions.source_id,
        coalesce(
            actions.customer_key,
            'case:' || actions.case_id
        ) as identity_key,
        actions.customer_key,
        actions.reason,
        actions.response_number,
        actions.owner_number,
        actions.status,
        actions.opened_at,
        actions.due_at,
        actions.contacted_at,
        actions.resolved_at,
        cast({{ to_local('actions.opened_at', 'run.time_zone') }} as date)
            as opened_local_date,
        actions.source_version,
        actions._load_seq,
        actions._landed_at,
        actions._op,
        actions._row_hash

    from actions
    cross join run

),

{{ latest_version('new_rows', 'case_id') }}

select * from final
