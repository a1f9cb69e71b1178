-- Grain: one row per journey and stage.
with

stages as (

    select * from {{ ref('journey_stages') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'journey_stage'

),

final as (

    select
        stages.journey,
        stages.stage_code,
        stages.sort_order,
        stages.is_on_path,
        stages.is_terminal,
        labels.name_en,
        labels.name_fa,
        labels.name_ru

    from stages
    left join labels
        on stages.stage_code = labels.code

)

select * from final
