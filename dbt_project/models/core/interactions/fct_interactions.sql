-- Grain: one row per touch of any channel.
with

records as (

    select * from {{ ref('int_interactions__records_unified') }}
    where exclusion_reason is null

),

surveys as (

    select * from {{ ref('dim_surveys') }}

),

responses as (

    select responses.*

    from {{ ref('fct_survey_responses') }} as responses
    left join surveys
        on responses.survey_id = surveys.survey_id

    where not responses.is_test and coalesce(surveys.is_of_customers, true)

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

agents as (

    select * from {{ ref('dim_agents') }}

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

matches as (

    select * from {{ ref('touchpoint_matches') }}

),

touchpoints as (

    select * from {{ ref('touchpoints') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

touches as (

    select
        records.touch_kind,
        records.source_record_id,
        records.source_id,
        records.identity_key,
        records.market,
        records.channel,
        records.direction,
        records.purpose,
        records.reason,
        records.outcome,
        agent_parties.party_id as agent_id,
        queue_parties.party_id as queue_id,
        records.planned_at,
        records.started_at,
        records.started_local_date,
        records.ended_at

    from records
    inner join run
        on records.started_local_date < run.as_of
    left join parties as agent_parties
        on agent_parties.kind = 'agent'
            and records.source_id = agent_parties.source_id
            and records.agent_name = agent_parties.name
    left join parties as queue_parties
        on queue_parties.kind = 'queue'
            and records.source_id = queue_parties.source_id
            and records.queue_name = queue_parties.name
    union all
    select
        'response' as touch_kind,
        response_id as source_record_id,
        split_part(response_id, ':', 1) as source_id,
        identity_key,
        market,
        coalesce(channel, 'survey') as channel,
        'inbound' as direction,
        'feedback' as purpose,
        cast(null as varchar) as reason,
        case when is_complete then 'completed' else 'partial' end as outcome,
        agent_id,
        queue_id,
        cast(null as timestamp) as planned_at,
        coalesce(started_at, submitted_at) as started_at,
        submitted_local_date as started_local_date,
        submitted_at as ended_at

    from responses

),

-- The narrowest rule names the touchpoint: channel and purpose, channel, purpose, kind.
placed as (

    select
        touches.*,
        coalesce(
            by_both.touchpoint,
            by_channel.touchpoint,
            by_purpose.touchpoint,
            by_kind.touchpoint
        ) as touchpoint

    from touches
    left join matches as by_both
        on touches.touch_kind = by_both.touch_kind
            and touches.channel = by_both.channel
            and touches.purpose = by_both.purpose
    left join matches as by_channel
        on touches.touch_kind = by_channel.touch_kind
            and touches.channel = by_channel.channel
            and by_channel.purpose = '*'
    left join matches as by_purpose
        on touches.touch_kind = by_purpose.touch_kind
            and by_purpose.channel = '*'
            and touches.purpose = by_purpose.purpose
    left join matches as by_kind
        on touches.touch_kind = by_kind.touch_kind
            and by_kind.channel = '*'
            and by_kind.purpose = '*'

),

final as (

    select
        placed.touch_kind || ':' || placed.source_record_id as interaction_id,
        placed.touch_kind,
        placed.source_id,
        placed.source_record_id,
        placed.channel,
        placed.direction,
        coalesce(placed.purpose, touchpoints.purpose) as purpose,
        placed.touchpoint,
        touchpoints.stage_code,
        case
            when placed.touch_kind in ('response', 'review') then 'customer_view'
            else 'company_view'
        end as evidence_type,
        placed.reason,
        placed.planned_at,
        placed.started_at,
        placed.started_local_date,
        placed.ended_at,
        placed.agent_id,
        agents.team_name,
        placed.queue_id,
        placed.identity_key,
        coalesce(identities.customer_id, md5(placed.identity_key)) as customer_id,
        not coalesce(identities.is_known, false) as is_anonymous,
        customers.segment,
        coalesce(customers.market, placed.market) as market,
        placed.outcome,
        coalesce(customers.is_internal, false) as is_internal

    from placed
    left join touchpoints
        on placed.touchpoint = touchpoints.touchpoint
    left join agents
        on placed.agent_id = agents.agent_id
            and placed.started_at >= agents.valid_from
            and placed.started_at < agents.valid_to
    left join identities
        on placed.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id
            and placed.started_at >= customers.valid_from
            and placed.started_at < customers.valid_to

)

select * from final
