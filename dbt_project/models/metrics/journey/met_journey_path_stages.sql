{{ config(materialized='view') }}
-- Grain: one row per journey, path and stage: the whole time that the path spent there.
with

met_journey_spells as (

    select * from {{ ref('met_journey_spells') }}

),

final as (

    select
        journey,
        path_id,
        stage_code,
        count(*) as count_spells,
        cast(sum(duration_days) as bigint) as duration_days,
        bool_or(is_open) as is_open

    from met_journey_spells

    where not is_terminal

    group by journey, path_id, stage_code

)

select * from final
