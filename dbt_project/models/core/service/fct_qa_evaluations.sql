{{ config(materialized='table') }}
-- Grain: one row per evaluation of a contact.
with

scores as (

    select * from {{ ref('fct_qa_scores') }}

),

contacts as (

    select
        contact_id,
        source_id,
        call_id

    from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted

),

tickets as (

    select
        ticket_id,
        source_id,
        substring(ticket_id, length(source_id) + 2) as ticket_number

    from {{ ref('int_service__tickets_measured') }}

),

-- The items of one evaluation agree on these; the smallest is as good as any.
evaluations as (

    select
        evaluation_id,
        min(source_id) as source_id,
        min(interaction_number) as interaction_number,
        min(agent_id) as agent_id,
        min(evaluator_agent_id) as evaluator_agent_id,
        min(mode) as mode,
        count(*) as count_items,
        count(*) filter (where is_applicable) as count_applicable_items,
        cast(sum(points_possible) filter (where is_applicable) as decimal(18, 2))
            as points_possible,
        cast(sum(points_earned) filter (where is_applicable) as decimal(18, 2))
            as points_earned,
        bool_or(is_auto_fail) as is_auto_fail,
        min(evaluated_at) as evaluated_at,
        min(evaluated_local_date) as evaluated_local_date,
        min(coached_at) as coached_at

    from scores
    group by evaluation_id

),

evaluated_calls as (

    select
        evaluations.evaluation_id,
        contacts.contact_id

    from evaluations
    inner join contacts
        on evaluations.interaction_number = contacts.call_id
    -- Two call centers may use one number: the evaluation's own, then the first by key.
    qualify row_number() over (
            partition by evaluations.evaluation_id
            order by
                case when contacts.source_id = evaluations.source_id then 0 else 1 end,
                contacts.contact_id
        ) = 1

),

evaluated_tickets as (

    select
        evaluations.evaluation_id,
        tickets.ticket_id

    from evaluations
    inner join tickets
        on evaluations.interaction_number = tickets.ticket_number
    -- As for calls.
    qualify row_number() over (
            partition by evaluations.evaluation_id
            order by
                case when tickets.source_id = evaluations.source_id then 0 else 1 end,
                tickets.ticket_id
        ) = 1

),

counted as (

    select
        *,
        case when is_auto_fail then 0 else points_earned end as points_counted

    from evaluations

),

final as (

    select
        counted.evaluation_id,
        counted.source_id,
        counted.interaction_number,
        evaluated_calls.contact_id,
        case
            when evaluated_calls.contact_id is null then evaluated_tickets.ticket_id
        end as ticket_id,
        counted.agent_id,
        counted.evaluator_agent_id,
        counted.mode,
        counted.mode = 'calibration' and counted.mode is not null as is_calibration,
        counted.count_items,
        counted.count_applicable_items,
        counted.points_possible,
        counted.points_earned,
        cast(counted.points_counted as decimal(18, 2)) as points_counted,
        counted.is_auto_fail,
        100.0 * cast(counted.points_counted as double)
        / nullif(cast(counted.points_possible as double), 0) as score,
        counted.evaluated_at,
        counted.evaluated_local_date,
        counted.coached_at

    from counted
    left join evaluated_calls
        on counted.evaluation_id = evaluated_calls.evaluation_id
    left join evaluated_tickets
        on counted.evaluation_id = evaluated_tickets.evaluation_id

)

select * from final
