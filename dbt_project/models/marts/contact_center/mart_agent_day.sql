{{ config(materialized='view') }}
-- Grain: one row per agent and local day with at least one handled contact.
with

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

final as (

    select
        cells.agent_id,
        dim_agents.agent_number,
        dim_agents.team_name,
        cells.local_date,
        cells.count_handled,
        cells.count_transferred,
        cells.talk_milliseconds,
        cells.hold_milliseconds,
        cells.wrap_milliseconds,
        cells.handle_milliseconds,
        {{ mean_seconds('cells.handle_milliseconds', 'cells.count_handled') }}
            as average_handle_seconds,
        {{ percentage('cells.count_transferred', 'cells.count_handled') }}
            as transfer_pct

    from met_contact_center_cells as cells

    left join dim_agents
        on cells.agent_id = dim_agents.agent_id
            and dim_agents.valid_from <= cast(cells.local_date as timestamp)
            and dim_agents.valid_to > cast(cells.local_date as timestamp)

    where cells.cell_kind = 'agent'

)

select * from final
