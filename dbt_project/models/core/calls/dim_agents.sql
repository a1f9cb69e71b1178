-- Grain: one row per agent and period in which the team stayed the same.
with

versions as (

    select * from {{ ref('int_calls__agent_versions') }}

),

final as (

    select
        agent_version_id,
        agent_id,
        agent_number,
        source_id,
        team_id,
        team_name,
        valid_from,
        valid_to,
        is_current

    from versions

)

select * from final
