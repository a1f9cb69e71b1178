-- Grain: one row per competitor that the company compares itself with.
with

competitors as (

    select * from {{ ref('competitors') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'competitor'

),

final as (

    select
        competitors.competitor,
        competitors.market,
        competitors.line_of_business,
        competitors.is_fictional,
        cast(coalesce(labels.sort_order, 999) as integer) as sort_order,
        coalesce(labels.name_en, competitors.competitor) as name_en,
        coalesce(labels.name_fa, competitors.competitor) as name_fa,
        coalesce(labels.name_ru, competitors.competitor) as name_ru

    from competitors
    left join labels
        on competitors.competitor = labels.code

)

select * from final
