{{ config(materialized='view') }}
-- Grain: one row per agent.
with

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

final as (

    select
        agent_id,
        agent_number,
        source_id,
        team_id,
        team_name,
        not is_current as is_deleted

    from dim_agents

    -- Periods of an agent follow each other, so there is no tie.
    qualify row_number() over (
            partition by agent_id
            order by valid_from desc
        ) = 1

)

select * from final
