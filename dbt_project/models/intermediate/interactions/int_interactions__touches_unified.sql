{{ config(materialized='view') }}
-- Grain: one row per touch of any channel.
with

records as (

    select * from {{ ref('int_interactions__records_unified') }}
    where exclusion_reason is null

),

responses as (

    select * from {{ ref('int_surveys__responses_attributed') }}
    where not is_deleted and not is_test

),

final as (

    select
        touch_kind || ':' || source_record_id as interaction_id,
        touch_kind,
        source_record_id,
        source_id,
        identity_key,
        market,
        channel,
        direction,
        purpose,
        reason,
        outcome,
        agent_name,
        queue_name,
        cast(null as varchar) as agent_id,
        cast(null as varchar) as queue_id,
        planned_at,
        started_at,
        started_local_date,
        ended_at

    from records
    union all
    select
        'response:' || response_id as interaction_id,
        'response' as touch_kind,
        response_id as source_record_id,
        source_id,
        identity_key,
        market,
        coalesce(channel, 'survey') as channel,
        'inbound' as direction,
        'feedback' as purpose,
        cast(null as varchar) as reason,
        case when is_complete then 'completed' else 'partial' end as outcome,
        cast(null as varchar) as agent_name,
        cast(null as varchar) as queue_name,
        agent_id,
        queue_id,
        cast(null as timestamp) as planned_at,
        coalesce(started_at, submitted_at) as started_at,
        submitted_local_date as started_local_date,
        submitted_at as ended_at

    from responses

)

select * from final
