{{ config(materialized='view') }}
-- Grain: one row per agent and local day with a handled contact or a stretch of time.
with

met_agents_covered_days as (

    select * from {{ ref('met_agents_covered_days') }}

),

met_agents_state_days as (

    select * from {{ ref('met_agents_state_days') }}

),

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}
    where cell_kind = 'agent'

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

days as (

    select
        agent_id,
        local_date

    from met_contact_center_cells

    union

    select
        agent_id,
        local_date

    from met_agents_state_days

),

measured as (

    select
        days.agent_id,
        dim_agents.agent_number,
        dim_agents.team_name,
        days.local_date,
        coalesce(cells.count_handled, 0) as count_handled,
        coalesce(cells.count_transferred, 0) as count_transferred,
        coalesce(cells.count_held, 0) as count_held,
        coalesce(covered_days.count_evaluated, 0) as count_evaluated,
        coalesce(cells.talk_milliseconds, 0) as talk_milliseconds,
        coalesce(cells.hold_milliseconds, 0) as hold_milliseconds,
        coalesce(cells.wrap_milliseconds, 0) as wrap_milliseconds,
        coalesce(cells.handle_milliseconds, 0) as handle_milliseconds,
        coalesce(state_days.is_occupancy_known, false) as is_occupancy_known,
        state_days.count_overlapping_stretches,
        state_days.handling_milliseconds,
        state_days.idle_milliseconds,
        state_days.ring_milliseconds,
        state_days.break_milliseconds,
        state_days.training_milliseconds,
        state_days.login_milliseconds

    from days

    left join met_contact_center_cells as cells
        on days.agent_id = cells.agent_id
            and days.local_date = cells.local_date

    left join met_agents_covered_days as covered_days
        on days.agent_id = covered_days.agent_id
            and days.local_date = covered_days.local_date

    left join met_agents_state_days as state_days
        on days.agent_id = state_days.agent_id
            and days.local_date = state_days.local_date

    left join dim_agents
        on days.agent_id = dim_agents.agent_id
            and dim_agents.valid_from <= cast(days.local_date as timestamp)
            and dim_agents.valid_to > cast(days.local_date as timestamp)

),

final as (

    select
        agent_id,
        agent_number,
        team_name,
        local_date,
        count_handled,
        count_transferred,
        count_held,
        count_evaluated,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        handle_milliseconds,
        {{ mean_seconds('handle_milliseconds', 'count_handled') }}
            as average_handle_seconds,
        {{ percentage('count_transferred', 'count_handled') }} as transfer_pct,
        {{ percentage('count_held', 'count_handled') }} as held_pct,
        {{ percentage('count_evaluated', 'count_handled') }} as evaluated_pct,
        is_occupancy_known,
        count_overlapping_stretches,
        handling_milliseconds,
        idle_milliseconds,
        ring_milliseconds,
        break_milliseconds,
        training_milliseconds,
        login_milliseconds,
        case when is_occupancy_known then {{ percentage(
            'handling_milliseconds',
            '(handling_milliseconds + idle_milliseconds + ring_milliseconds)'
        ) }} end as occupancy_pct,
        case when is_occupancy_known then {{ percentage(
            'handling_milliseconds', '(handling_milliseconds + idle_milliseconds)'
        ) }} end as occupancy_without_ring_pct,
        case when is_occupancy_known then {{ percentage(
            'handling_milliseconds', 'login_milliseconds'
        ) }} end as utilization_pct

    from measured

)

select * from final
