-- Grain: one row per class of customers and first day on which its policy holds.
with

treatments as (

    select * from {{ ref('treatments') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'treatment_class'

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

periods as (

    select
        *,
        lead(valid_from) over (
            partition by treatment_class order by valid_from
        ) as valid_to

    from treatments

),

final as (

    select
        periods.treatment_class,
        periods.valid_from,
        periods.valid_to,
        periods.valid_from <= dim_run.as_of
        and dim_run.as_of < coalesce(periods.valid_to, date '9999-12-31')
            as is_in_force,
        periods.top_share,
        periods.first_response_hours,
        periods.owner,
        periods.policy_en,
        periods.policy_fa,
        periods.policy_ru,
        periods.program,
        periods.comparison_class,
        periods.is_offered_more,
        periods.is_fictional,
        cast(coalesce(labels.sort_order, 999) as integer) as sort_order,
        coalesce(labels.name_en, periods.treatment_class) as name_en,
        coalesce(labels.name_fa, periods.treatment_class) as name_fa,
        coalesce(labels.name_ru, periods.treatment_class) as name_ru

    from periods

    cross join dim_run

    left join labels
        on periods.treatment_class = labels.code

)

select * from final
