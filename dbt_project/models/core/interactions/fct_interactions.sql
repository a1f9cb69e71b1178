-- Grain: one row per touch of any channel.
with

touches as (

    select * from {{ ref('int_interactions__touches_attributed') }}
    where not is_deleted

),

surveys as (

    select * from {{ ref('dim_surveys') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        touches.interaction_id,
        touches.touch_kind,
        touches.source_id,
        touches.source_record_id,
        touches.channel,
        touches.direction,
        touches.purpose,
        touches.touchpoint,
        touches.stage_code,
        case
            when touches.touch_kind in ('response', 'review') then 'customer_view'
            else 'company_view'
        end as evidence_type,
        touches.reason,
        touches.planned_at,
        touches.started_at,
        touches.started_local_date,
        touches.ended_at,
        touches.agent_id,
        touches.team_name,
        touches.queue_id,
        touches.identity_key,
        touches.customer_id,
        touches.is_anonymous,
        touches.segment,
        touches.market,
        touches.outcome,
        touches.is_internal,
        touches.change_seq

    from touches
    inner join run
        on {{ is_before_as_of('touches.started_local_date') }}
    -- What staff and stakeholders answer is no touch of a customer. By cases, so that
    -- no other record's name is taken apart.
    left join surveys
        on case
                when touches.touch_kind = 'response'
                    then split_part(touches.source_record_id, '|', 1)
            end = surveys.survey_id

    where coalesce(surveys.is_of_customers, true)

)

select * from final
