-- Grain: one row per item of an evaluation of a contact.
with

scores as (

    select * from {{ ref('int_service__qa_scores_latest') }}
    where not is_deleted

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        scores.qa_score_id,
        scores.evaluation_id,
        scores.source_id,
        scores.item,
        scores.interaction_number,
        agents.party_id as agent_id,
        evaluators.party_id as evaluator_agent_id,
        scores.mode,
        scores.points_possible,
        scores.points_earned,
        scores.points_possible is not null and scores.points_earned is not null
            as is_applicable,
        coalesce(scores.is_auto_fail, false) as is_auto_fail,
        scores.evaluated_at,
        scores.evaluated_local_date,
        scores.coached_at

    from scores
    inner join run
        on {{ is_before_as_of('scores.evaluated_local_date') }}
    left join parties as agents
        on agents.kind = 'agent'
            and scores.source_id = agents.source_id
            and scores.agent_number = agents.name
    left join parties as evaluators
        on evaluators.kind = 'agent'
            and scores.source_id = evaluators.source_id
            and scores.evaluator_number = evaluators.name

)

select * from final
