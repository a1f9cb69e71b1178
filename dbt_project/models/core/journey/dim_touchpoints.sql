-- Grain: one row per touchpoint.
with

touchpoints as (

    select * from {{ ref('touchpoints') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'touchpoint'

),

final as (

    select
        touchpoints.touchpoint,
        touchpoints.touchpoint_family,
        touchpoints.purpose,
        touchpoints.channel,
        touchpoints.owner,
        touchpoints.stage_code,
        labels.sort_order,
        labels.name_en,
        labels.name_fa,
        labels.name_ru

    from touchpoints
    left join labels
        on touchpoints.touchpoint = labels.code

)

select * from final
