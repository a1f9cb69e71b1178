{{ config(materialized='incremental', unique_key=['kind', 'source_id', 'name']) }}
-- Grain: one row per kind (agent, queue), source instance and name, with the run that
-- last changed what facts take from it.
with

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

agent_versions as (

    select * from {{ ref('int_calls__agent_versions') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

agents as (

    select
        agent_id,
        {{ ordered_agg(
            "concat_ws('|', valid_from, valid_to, coalesce(team_name, ''))", 'valid_from'
        ) }} as versions

    from agent_versions
    group by agent_id

),

current_parties as (

    select
        parties.kind,
        parties.source_id,
        parties.name,
        md5(concat_ws('|', parties.party_id, agents.versions)) as content_hash,
        run.change_seq

    from parties
    cross join run
    left join agents
        on parties.kind = 'agent' and parties.party_id = agents.agent_id

),

final as (

    select current_parties.*
    from current_parties
    {%- if is_incremental() %}
    left join {{ this }} as held
        on current_parties.kind = held.kind
            and current_parties.source_id = held.source_id
            and current_parties.name = held.name
    where current_parties.content_hash is distinct from held.content_hash
    {%- endif %}

)

select * from final
