{{ config(
    materialized='incremental',
    unique_key='response_id',
    post_hook=[
        "{{ set_mark_from(ref('int_surveys__responses_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_surveys__invitations_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_calls__contacts_attributed'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_calls__parties_watched'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_identity__keys_watched'), 'change_seq') }}",
    ],
) }}
-- Grain: one row per response, with its person as of its time and whom it is about.
with

responses as (

    select * from {{ ref('int_surveys__responses_identified') }}

),

changed_responses as (

    select response_id
    from {{ ref('int_surveys__responses_latest') }}
    where change_seq > {{ mark('int_surveys__responses_latest') }}

),

changed_invitations as (

    select invitation_id
    from {{ ref('int_surveys__invitations_latest') }}
    where change_seq > {{ mark('int_surveys__invitations_latest') }}

),

contacts as (

    select * from {{ ref('int_calls__contacts_attributed') }}

),

-- A deleted contact names its call in its key alone.
changed_calls as (

    select substr(contact_id, length(source_id) + 2) as call_key
    from contacts
    where change_seq > {{ mark('int_calls__contacts_attributed') }}

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

identities as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

persons as (

    select * from {{ ref('int_customers__person_versions') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

held as (

    select *
    from {{ this if is_incremental() else ref('int_surveys__responses_identified') }}

),

news as (

    select response_id from changed_responses
    union
    select response_id from held
    where
        invitation_id in (
            select changed_invitations.invitation_id from changed_invitations
        )
        or {{ key_part('about_interaction_number') }} in (
            select changed_calls.call_key from changed_calls
        )
        or identity_key in (select changed_persons.identity_key from changed_persons)
        or source_id || ':' || agent_number in (
            select changed_parties.name from changed_parties
        )
        or source_id || ':' || queue_name in (
            select changed_parties.name from changed_parties
        )

),

-- A response that is no more stays as its key alone, so that whoever counts it learns
-- of it.
said_responses as (

    select
        said.response_id as said_id,
        {{ 'responses' if is_incremental() else 'said' }}.*

    from {{ 'news' if is_incremental() else 'responses' }} as said
    {%- if is_incremental() %}
    left join responses
        on said.response_id = responses.response_id
    {%- endif %}

),

asked_calls as (

    select
        responses.response_id,
        'call:' || contacts.contact_id as interaction_id,
        contacts.agent_id,
        contacts.last_queue_id as queue_id

    from said_responses as responses
    inner join contacts
        on responses.about_interaction_number = contacts.call_id
            and not contacts.is_deleted
    -- Two call centers may use one number: the first by key is meant.
    qualify row_number() over (
            partition by responses.response_id order by contacts.contact_id
        ) = 1

),

final as (

    select
        responses.said_id as response_id,
        responses.survey_id,
        responses.invitation_id,
        responses.source_id,
        responses.about_interaction_number,
        responses.agent_number,
        responses.queue_name,
        responses.identity_key,
        identities.customer_id,
        persons.segment,
        persons.market,
        coalesce(responses.channel, responses.invitation_channel) as channel,
        responses.language,
        asked_calls.interaction_id,
        coalesce(agents.party_id, asked_calls.agent_id) as agent_id,
        coalesce(queues.party_id, asked_calls.queue_id) as queue_id,
        responses.started_at,
        responses.submitted_at,
        responses.submitted_local_date,
        responses.is_complete,
        responses.is_test,
        coalesce(persons.is_internal, false) as is_internal,
        responses.response_id is null as is_deleted,
        run.change_seq

    from said_responses as responses
    cross join run
    left join asked_calls
        on responses.response_id = asked_calls.response_id
    left join parties as agents
        on agents.kind = 'agent'
            and responses.source_id = agents.source_id
            and responses.agent_number = agents.name
    left join parties as queues
        on queues.kind = 'queue'
            and responses.source_id = queues.source_id
            and responses.queue_name = queues.name
    {{ join_person_at(
        'responses', 'coalesce(responses.submitted_at, responses.started_at)',
        'persons'
    ) }}

)

select * from final
