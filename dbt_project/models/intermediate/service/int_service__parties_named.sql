{{ config(materialized='view') }}
-- Grain: one row per kind (agent, queue), source instance and name that records of
-- service and working time use.
with

tickets as (

    select * from {{ ref('int_service__tickets_latest') }}
    where not is_deleted

),

ticket_status_changes as (

    select * from {{ ref('int_service__ticket_status_changes_latest') }}
    where not is_deleted

),

ticket_messages as (

    select * from {{ ref('int_service__ticket_messages_latest') }}
    where not is_deleted

),

qa_scores as (

    select * from {{ ref('int_service__qa_scores_latest') }}
    where not is_deleted

),

actions as (

    select * from {{ ref('int_service__actions_latest') }}
    where not is_deleted

),

agent_states as (

    select * from {{ ref('int_calls__agent_states_latest') }}
    where not is_deleted

),

names as (

    select
        'agent' as kind,
        source_id,
        agent_number as name

    from tickets
    union all
    select
        'queue' as kind,
        source_id,
        queue as name

    from tickets
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name

    from ticket_status_changes
    union all
    select
        'queue' as kind,
        source_id,
        queue as name

    from ticket_status_changes
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name

    from ticket_messages
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name

    from qa_scores
    union all
    select
        'agent' as kind,
        source_id,
        evaluator_number as name

    from qa_scores
    union all
    select
        'agent' as kind,
        source_id,
        owner_number as name

    from actions
    union all
    select
        'agent' as kind,
        source_id,
        agent_number as name

    from agent_states

),

final as (

    select
        kind,
        source_id,
        name

    from names
    where name is not null
    group by kind, source_id, name

)

select * from final
