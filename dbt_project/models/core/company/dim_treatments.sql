-- Grain: one row per class of customers and first day on which its policy holds.
with

treatments as (

    select * from {{ ref('treatments') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'treatment_class'

),

final as (

    select
        treatments.treatment_class,
        treatments.valid_from,
        lead(treatments.valid_from) over (
            partition by treatments.treatment_class order by treatments.valid_from
        ) as valid_to,
        treatments.top_share,
        treatments.first_response_hours,
        treatments.owner,
        treatments.policy_en,
        treatments.policy_fa,
        treatments.policy_ru,
        treatments.program,
        treatments.comparison_class,
        treatments.is_offered_more,
        treatments.is_fictional,
        cast(coalesce(labels.sort_order, 999) as integer) as sort_order,
        coalesce(labels.name_en, treatments.treatment_class) as name_en,
        coalesce(labels.name_fa, treatments.treatment_class) as name_fa,
        coalesce(labels.name_ru, treatments.treatment_class) as name_ru

    from treatments
    left join labels
        on treatments.treatment_class = labels.code

)

select * from final
