-- Grain: one row per kind (agent, queue), source instance and name that it uses.
with

asterisk_stays as (

    select
        source_id,
        agent_number,
        queue_name

    from {{ ref('int_calls__asterisk_stays_derived') }}
    group by source_id, agent_number, queue_name

),

mapped_stays as (

    select
        source_id,
        agent_number,
        queue_name

    from {{ ref('int_calls__mapped_stays_latest') }}
    where not is_deleted
    group by source_id, agent_number, queue_name

),

touches as (

    select
        source_id,
        agent_number

    from {{ ref('int_interactions__touches_latest') }}
    where not is_deleted
    group by source_id, agent_number

),

responses as (

    select
        source_id,
        agent_number,
        queue_name

    from {{ ref('int_surveys__responses_latest') }}
    where not is_deleted
    group by source_id, agent_number, queue_name

),

agent_records as (

    select
        source_id,
        agent_number

    from {{ ref('stg_mapped__agents') }}
    qualify
        row_number() over (
            partition by agent_record_id
            order by source_version desc, _load_seq desc, _row_hash desc
        ) = 1
        and _op = 'upsert'

),

members as (

    select
        source_id,
        agent_number

    from {{ ref('int_calls__asterisk_agent_states_derived') }}
    group by source_id, agent_number

),

service_parties as (

    select * from {{ ref('int_service__parties_named') }}

),

-- Rank of the place that a name is taken from: its call center, its record, elsewhere.
names as (

    select
        'agent' as kind,
        source_id,
        agent_number as name,
        1 as place

    from asterisk_stays
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name,
        1 as place

    from mapped_stays
    union all
    select
        'queue' as kind,
        source_id,
        queue_name as name,
        1 as place

    from asterisk_stays
    union all
    select
        'queue' as kind,
        source_id,
        queue_name as name,
        1 as place

    from mapped_stays
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name,
        2 as place

    from agent_records
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name,
        3 as place

    from touches
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name,
        3 as place

    from responses
    union all
    select
        'queue' as kind,
        source_id,
        queue_name as name,
        3 as place

    from responses
    union all
    select
        kind,
        source_id,
        name,
        3 as place

    from service_parties
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name,
        1 as place

    from members

),

homes as (

    select
        kind,
        name,
        source_id as home_source_id

    from names
    where name is not null
    -- Two call centers may share a number: the first by name is everybody else's.
    qualify row_number() over (
            partition by kind, name order by place, source_id
        ) = 1

),

placed as (

    select
        names.kind,
        names.source_id,
        names.name,
        min(names.place) as place

    from names
    where names.name is not null
    group by names.kind, names.source_id, names.name

),

resolved as (

    select
        placed.kind,
        placed.source_id,
        placed.name,
        case
            when placed.place = 1 then placed.source_id
            else homes.home_source_id
        end as home_source_id

    from placed
    inner join homes
        on placed.kind = homes.kind
            and placed.name = homes.name

),

final as (

    select
        kind,
        source_id,
        name,
        home_source_id,
        home_source_id || ':' || name as party_id

    from resolved

)

select * from final
