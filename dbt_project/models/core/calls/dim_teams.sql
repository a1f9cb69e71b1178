-- Grain: one row per team of a directory of agents.
with

versions as (

    select * from {{ ref('int_calls__agent_versions') }}
    where team_id is not null

),

organizational_units as (

    select * from {{ ref('organizational_units') }}
    where team_name is not null

),

teams as (

    select
        team_id,
        team_name,
        min(directory_source_id) as source_id,
        count(distinct case when is_current then agent_id end) as count_agents

    from versions
    group by team_id, team_name

),

final as (

    select
        teams.team_id,
        teams.team_name,
        teams.source_id,
        organizational_units.organizational_unit,
        teams.count_agents

    from teams
    left join organizational_units
        on teams.team_name = organizational_units.team_name

)

select * from final
