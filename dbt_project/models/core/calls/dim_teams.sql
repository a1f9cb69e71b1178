-- Grain: one row per team of a directory of agents.
with

versions as (

    select * from {{ ref('int_calls__agent_versions') }}
    where team_id is not null

),

final as (

    select
        team_id,
        team_name,
        min(directory_source_id) as source_id,
        count(distinct case when is_current then agent_id end) as count_agents

    from versions
    group by team_id, team_name

)

select * from final
