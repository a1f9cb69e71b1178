{{ config(materialized='view') }}
-- Grain: one row per opportunity's entry into a stage, by its history or its versions.
with

stage_entries as (

    select * from {{ ref('int_sales__opportunity_stages_latest') }}
    where not is_deleted

),

stage_versions as (

    select * from {{ ref('int_sales__opportunity_stage_versions') }}

),

opportunities_with_history as (

    select opportunity_id from stage_entries
    group by opportunity_id

),

-- Where the source keeps no stage history, the versions of the opportunity tell it.
final as (

    select
        opportunity_stage_id as entry_key,
        opportunity_id,
        source_id,
        stage,
        entered_at,
        entered_local_date,
        true as is_entry_known

    from stage_entries
    union all
    select
        concat_ws('|', stage_versions.opportunity_id, stage_versions.entered_at)
            as entry_key,
        stage_versions.opportunity_id,
        stage_versions.source_id,
        stage_versions.stage,
        stage_versions.entered_at,
        stage_versions.entered_local_date,
        stage_versions.is_entry_known

    from stage_versions
    left join opportunities_with_history
        on stage_versions.opportunity_id = opportunities_with_history.opportunity_id
    where opportunities_with_history.opportunity_id is null

)

select * from final
