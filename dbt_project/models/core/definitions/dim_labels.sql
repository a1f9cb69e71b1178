-- Grain: one row per domain and code.
with

labels as (

    select * from {{ ref('labels') }}

),

final as (

    select
        domain,
        code,
        sort_order,
        name_en,
        name_fa,
        name_ru

    from labels

)

select * from final
