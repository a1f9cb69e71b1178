-- Grain: one row per touchpoint.
with

touchpoints as (

    select * from {{ ref('touchpoints') }}
    union all
    select
        'unknown' as touchpoint,
        'unknown' as touchpoint_family,
        'unknown' as purpose,
        cast(null as varchar) as channel,
        cast(null as varchar) as owner,
        cast(null as varchar) as stage_code

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
