-- Grain: one row per persona.
with

personas as (

    select * from {{ ref('personas') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'persona'

),

final as (

    select
        personas.persona,
        personas.match_order,
        nullif(personas.segment, '*') as segment,
        nullif(personas.market, '*') as market,
        nullif(personas.preferred_channel, '*') as preferred_channel,
        personas.minimum_order_days,
        personas.owner,
        personas.profile_en,
        personas.profile_fa,
        personas.profile_ru,
        personas.is_fictional,
        cast(coalesce(labels.sort_order, 999) as integer) as sort_order,
        coalesce(labels.name_en, personas.persona) as name_en,
        coalesce(labels.name_fa, personas.persona) as name_fa,
        coalesce(labels.name_ru, personas.persona) as name_ru

    from personas
    left join labels
        on personas.persona = labels.code

)

select * from final
