{{ config(
    materialized='incremental',
    unique_key='interaction_id',
    post_hook=[
        "{{ set_mark_from(ref('int_calls__contacts_attributed'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_calls__ivr_calls_derived'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_sales__orders_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_sales__shipments_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_sales__web_events_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_interactions__touches_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_service__tickets_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_service__reviews_latest'), 'change_seq') }}",
        "{{ set_mark_from(
            ref('int_communications__communications_latest'), 'change_seq'
        ) }}",
        "{{ set_mark_from(
            ref('int_communications__communication_events_latest'), 'change_seq'
        ) }}",
        "{{ set_mark_from(ref('int_billing__payments_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_surveys__responses_attributed'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_calls__parties_watched'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_identity__keys_watched'), 'change_seq') }}",
    ],
) }}
{%- set inputs = [
    'int_calls__contacts_attributed',
    'int_calls__ivr_calls_derived',
    'int_sales__orders_latest',
    'int_sales__shipments_latest',
    'int_sales__web_events_latest',
    'int_interactions__touches_latest',
    'int_service__tickets_latest',
    'int_service__reviews_latest',
    'int_communications__communications_latest',
    'int_communications__communication_events_latest',
    'int_billing__payments_latest',
    'int_surveys__responses_attributed',
] %}
-- Grain: one row per touch of any channel, with its person as of its time.
with

touches as (

    select * from {{ ref('int_interactions__touches_unified') }}

),

changed_records as (

    select interaction_id
    from {{ ref('int_interactions__records_dated') }}
    where {{ is_after_mark(inputs) }}

),

changed_parties as (

    select source_id || ':' || name as name
    from {{ ref('int_calls__parties_watched') }}
    where change_seq > {{ mark('int_calls__parties_watched') }}

),

changed_persons as (

    select identity_key
    from {{ ref('int_identity__keys_watched') }}
    where change_seq > {{ mark('int_identity__keys_watched') }}

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

agents as (

    select * from {{ ref('int_calls__agent_versions') }}

),

identities as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

persons as (

    select * from {{ ref('int_customers__person_versions') }}

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

held as (

    select *
    from {{ this if is_incremental() else ref('int_interactions__touches_unified') }}

),

news as (

    select interaction_id from changed_records
    where interaction_id not like '%:*'
    union
    select interaction_id from held
    where
        touch_kind || ':*' in (
            select changed_records.interaction_id from changed_records
        )
        or identity_key in (select changed_persons.identity_key from changed_persons)
        or agent_id in (select changed_parties.name from changed_parties)
        or source_id || ':' || agent_name in (
            select changed_parties.name from changed_parties
        )
        or source_id || ':' || queue_name in (
            select changed_parties.name from changed_parties
        )

),

-- A touch that is no more stays as its key alone, so that whoever counts it learns of
-- it.
said_touches as (

    select
        said.interaction_id as said_id,
        {{ 'touches' if is_incremental() else 'said' }}.*

    from {{ 'news' if is_incremental() else 'touches' }} as said
    {%- if is_incremental() %}
    left join touches
        on said.interaction_id = touches.interaction_id
    {%- endif %}

),

named as (

    select
        touches.*,
        coalesce(touches.agent_id, agent_parties.party_id) as met_agent_id,
        coalesce(touches.queue_id, queue_parties.party_id) as met_queue_id

    from said_touches as touches
    left join parties as agent_parties
        on agent_parties.kind = 'agent'
            and touches.source_id = agent_parties.source_id
            and touches.agent_name = agent_parties.name
    left join parties as queue_parties
        on queue_parties.kind = 'queue'
            and touches.source_id = queue_parties.source_id
            and touches.queue_name = queue_parties.name

),

-- The narrowest rule names the touchpoint: channel and purpose, channel, purpose, kind.
placed as (

    select
        named.*,
        coalesce(
            by_both.touchpoint,
            by_channel.touchpoint,
            by_purpose.touchpoint,
            by_kind.touchpoint
        ) as touchpoint

    from named
    left join matches as by_both
        on named.touch_kind = by_both.touch_kind
            and named.channel = by_both.channel
            and named.purpose = by_both.purpose
    left join matches as by_channel
        on named.touch_kind = by_channel.touch_kind
            and named.channel = by_channel.channel
            and by_channel.purpose = '*'
    left join matches as by_purpose
        on named.touch_kind = by_purpose.touch_kind
            and by_purpose.channel = '*'
            and named.purpose = by_purpose.purpose
    left join matches as by_kind
        on named.touch_kind = by_kind.touch_kind
            and by_kind.channel = '*'
            and by_kind.purpose = '*'

),

final as (

    select
        placed.said_id as interaction_id,
        placed.touch_kind,
        placed.source_id,
        placed.source_record_id,
        placed.channel,
        placed.direction,
        coalesce(placed.purpose, touchpoints.purpose) as purpose,
        placed.touchpoint,
        touchpoints.stage_code,
        placed.reason,
        placed.planned_at,
        placed.started_at,
        placed.started_local_date,
        placed.ended_at,
        placed.agent_name,
        placed.met_agent_id as agent_id,
        agents.team_name,
        placed.queue_name,
        placed.met_queue_id as queue_id,
        placed.identity_key,
        coalesce(identities.customer_id, md5(placed.identity_key)) as customer_id,
        not coalesce(identities.is_known, false) as is_anonymous,
        persons.segment,
        coalesce(persons.market, placed.market) as market,
        placed.outcome,
        coalesce(persons.is_internal, false) as is_internal,
        placed.source_record_id is null as is_deleted,
        run.change_seq

    from placed
    cross join run
    left join touchpoints
        on placed.touchpoint = touchpoints.touchpoint
    left join agents
        on placed.met_agent_id = agents.agent_id
            and placed.started_at >= agents.valid_from
            and placed.started_at < agents.valid_to
    {{ join_person_at('placed', 'placed.started_at', 'persons') }}

)

select * from final
