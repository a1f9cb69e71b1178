{{ grows_by_person() }}
-- Grain: one row per touch of a person, of any channel.
with

{{ affected_persons() }},

fct_interactions as (

    select * from {{ ref('fct_interactions') }}
    where not is_internal and {{ is_of_affected_person() }}

),

final as (

    select
        interaction_id,
        customer_id,
        cast(row_number() over (
            partition by customer_id
            order by started_at, interaction_id
        ) as bigint) as sequence_number,
        planned_at,
        started_at,
        started_local_date,
        ended_at,
        channel,
        touchpoint,
        direction,
        purpose,
        reason,
        outcome,
        agent_id,
        queue_id,
        source_id,
        source_record_id

    from fct_interactions

)

select * from final
