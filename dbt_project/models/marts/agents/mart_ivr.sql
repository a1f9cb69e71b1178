{{ config(materialized='view') }}
-- Grain: one row per menu, node and local day on which a call that reached it came in.
with

met_agents_menu_days as (

    select * from {{ ref('met_agents_menu_days') }}

),

final as (

    select
        menu,
        node,
        local_date,
        count_reached,
        count_ended,
        count_reached - count_ended as count_passed_on,
        count_contained,
        count_dropped,
        count_queued,
        {{ percentage('count_contained', 'count_reached') }} as contained_pct,
        {{ percentage_bound('count_contained', 'count_reached', '-') }}
            as contained_ci_low,
        {{ percentage_bound('count_contained', 'count_reached', '+') }}
            as contained_ci_high,
        {{ percentage('count_dropped', 'count_reached') }} as dropped_pct,
        {{ percentage('count_queued', 'count_reached') }} as queued_pct

    from met_agents_menu_days

)

select * from final
