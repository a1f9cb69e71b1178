-- Grain: one row per group of stakeholders.
with

stakeholder_weights as (

    select
        stakeholder,
        weight,
        owner

    from {{ ref('stakeholder_weights') }}
    union all
    select
        'unknown' as stakeholder,
        0 as weight,
        'customer_insight' as owner

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'stakeholder'

),

final as (

    select
        stakeholder_weights.stakeholder,
        stakeholder_weights.weight,
        stakeholder_weights.owner,
        cast(coalesce(labels.sort_order, 999) as integer) as sort_order,
        coalesce(labels.name_en, stakeholder_weights.stakeholder) as name_en,
        coalesce(labels.name_fa, stakeholder_weights.stakeholder) as name_fa,
        coalesce(labels.name_ru, stakeholder_weights.stakeholder) as name_ru

    from stakeholder_weights
    left join labels
        on stakeholder_weights.stakeholder = labels.code

)

select * from final
