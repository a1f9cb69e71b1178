-- Grain: one row per agent of a call center, or known from elsewhere only.
with

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}
    where kind = 'agent' and source_id = home_source_id

),

final as (

    select
        party_id as agent_id,
        name as agent_number,
        source_id,
        team_name

    from parties

)

select * from final
