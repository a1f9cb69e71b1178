-- Grain: one row per touch that was appointed for a time.
with

touches as (

    select * from {{ ref('int_interactions__touches_latest') }}
    where not is_deleted and planned_at is not null

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        'touch:' || touches.interaction_id as interaction_id,
        touches.source_id,
        touches.channel,
        touches.reason,
        touches.outcome,
        agents.party_id as agent_id,
        touches.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        touches.planned_at,
        cast({{ to_local('touches.planned_at', 'run.time_zone') }} as date)
            as planned_local_date,
        touches.started_at,
        touches.started_local_date,
        -- Who is received early did not wait.
        greatest(
            {{ dbt.datediff(
                'touches.planned_at', 'touches.started_at', 'millisecond'
            ) }},
            0
        ) as wait_milliseconds,
        coalesce(customers.is_internal, false) as is_internal

    from touches
    inner join run
        on {{ is_before_as_of('touches.started_local_date') }}
    left join parties as agents
        on agents.kind = 'agent'
            and touches.source_id = agents.source_id
            and touches.agent_number = agents.name
    {{ join_person_at('touches', 'touches.planned_at') }}

)

select * from final
