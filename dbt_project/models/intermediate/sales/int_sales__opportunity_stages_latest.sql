{{ config(
    materialized='incremental',
    unique_key='opportunity_stage_id',
    post_hook="{{ set_mark('mapped__opportunity_stages') }}",
) }}
-- Grain: one row per opportunity's entry into a stage, its latest version.
with

opportunity_stages as (

    select * from {{ ref('stg_mapped__opportunity_stages') }}
    where _load_seq > {{ mark('mapped__opportunity_stages') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        opportunity_stages.opportunity_stage_id,
        opportunity_stages.source_id,
        opportunity_stages.opportunity_id,
        opportunity_stages.stage,
        opportunity_stages.entered_at,
        cast(
            {{ to_local('opportunity_stages.entered_at', 'run.time_zone') }} as date
        ) as entered_local_date,
        opportunity_stages.source_version,
        opportunity_stages._load_seq,
        opportunity_stages._landed_at,
        opportunity_stages._op,
        opportunity_stages._row_hash

    from opportunity_stages
    cross join run

),

{{ latest_version('new_rows', 'opportunity_stage_id') }}

select * from final
