{{ config(
    materialized='incremental',
    unique_key='recording_id',
    post_hook="{{ set_mark('asterisk__cdr') }}",
) }}
-- Grain: one row per leg of a call that names the file of its recording, its latest
-- version.
with

legs as (

    select * from {{ ref('stg_asterisk__cdr') }}
    where
        _load_seq > {{ mark('asterisk__cdr') }}
        and (nullif(recording_file, '') is not null or _op <> 'upsert')

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        legs.leg_id as recording_id,
        legs.source_id,
        legs.unique_id as call_number,
        legs.linked_id as linked_call_number,
        legs.billable_seconds * 1000 as length_milliseconds,
        coalesce(legs.answered_at, legs.started_at) as recorded_at,
        cast(
            {{ to_local(
                'coalesce(legs.answered_at, legs.started_at)', 'run.time_zone'
            ) }} as date
        ) as recorded_local_date,
        legs.source_version,
        legs._load_seq,
        legs._landed_at,
        legs._op,
        legs._row_hash

    from legs
    cross join run

),

{{ latest_version('new_rows', 'recording_id') }}

select * from final
