-- Grain: one row per organizational unit.
with recursive

organizational_units as (

    select * from {{ ref('organizational_units') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'organizational_unit'

),

-- Twenty levels are more than any company has: a circle ends there.
branches (organizational_unit, path, depth, region) as (

    select
        organizational_unit,
        organizational_unit as path,
        cast(0 as integer) as depth,
        case when unit_kind = 'region' then organizational_unit end as region

    from organizational_units
    where parent_unit is null
    union all
    select
        units.organizational_unit,
        branches.path || '/' || units.organizational_unit as path,
        branches.depth + 1 as depth,
        case
            when units.unit_kind = 'region' then units.organizational_unit
            else branches.region
        end as region

    from organizational_units as units
    inner join branches
        on units.parent_unit = branches.organizational_unit
    where branches.depth < 20

),

final as (

    select
        units.organizational_unit,
        units.parent_unit,
        units.unit_kind,
        branches.region,
        units.market,
        units.team_name,
        branches.depth,
        branches.path,
        units.is_fictional,
        cast(coalesce(labels.sort_order, 999) as integer) as sort_order,
        coalesce(labels.name_en, units.organizational_unit) as name_en,
        coalesce(labels.name_fa, units.organizational_unit) as name_fa,
        coalesce(labels.name_ru, units.organizational_unit) as name_ru

    from organizational_units as units
    left join branches
        on units.organizational_unit = branches.organizational_unit
    left join labels
        on units.organizational_unit = labels.code

)

select * from final
