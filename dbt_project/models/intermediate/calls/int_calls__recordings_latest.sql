{{ config(
    materialized='incremental',
    unique_key='recording_id',
    post_hook="{{ set_mark('mapped__recordings') }}",
) }}
-- Grain: one row per recording; its sound is never read, its latest version.
with

recordings as (

    select * from {{ ref('stg_mapped__recordings') }}
    where _load_seq > {{ mark('mapped__recordings') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        recordings.recording_id,
        recordings.source_id,
        recordings.call_number,
        recordings.is_consent_refused,
        recordings.length_milliseconds,
        recordings.recorded_at,
        recordings.deleted_at,
        cast({{ to_local('recordings.recorded_at', 'run.time_zone') }} as date)
            as recorded_local_date,
        recordings.source_version,
        recordings._load_seq,
        recordings._landed_at,
        recordings._op,
        recordings._row_hash

    from recordings
    cross join run

),

{{ latest_version('new_rows', 'recording_id') }}

select * from final
