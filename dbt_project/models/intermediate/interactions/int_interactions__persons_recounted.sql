{{ config(
    materialized='incremental',
    incremental_strategy='append',
    unique_key=none,
    post_hook=[
        "{{ set_mark_from(ref('int_interactions__touches_attributed'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_service__ticket_messages_latest'), 'change_seq') }}",
        "{{ set_mark_from(
            ref('int_service__ticket_status_changes_latest'), 'change_seq'
        ) }}",
        "{{ set_mark_from(ref('int_surveys__questions_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_calls__parties_watched'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_sales__referrals_latest'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_identity__keys_watched'), 'change_seq') }}",
        "{{ set_mark_from(ref('stg_meta__run'), 'as_of_day') }}",
    ],
) }}
-- Grain: one row per touch or referral, person whose it is or was, and run since which
-- that person is to be counted again.
with

run as (

    select * from {{ ref('stg_meta__run') }}

),

tickets as (

    select
        interaction_id,
        customer_id

    from {{ ref('int_interactions__touches_attributed') }}
    where interaction_id like 'ticket:%'

),

referrals as (

    select
        'referral:' || latest.referral_id as interaction_id,
        latest.identity_key,
        latest.referred_customer_key,
        latest.referred_local_date,
        latest.change_seq,
        coalesce(identities.customer_id, md5(latest.identity_key)) as customer_id

    from {{ ref('int_sales__referrals_latest') }} as latest
    left join {{ ref('int_identity__keys_resolved') }} as identities
        on latest.identity_key = identities.identity_key

),

-- Touches are read once for each question: shared, all would be kept in memory.
-- What was read before its day had come counts from that day on.
new_touches as (

    select
        touches.interaction_id,
        touches.customer_id

    from {{ ref('int_interactions__touches_attributed') }} as touches
    cross join run
    where
        touches.change_seq > {{ mark('int_interactions__touches_attributed') }}
        or {{ is_day_since_mark('touches.started_local_date') }}

),

changed_parties as (

    select source_id || ':' || name as name
    from {{ ref('int_calls__parties_watched') }}
    where kind = 'agent' and change_seq > {{ mark('int_calls__parties_watched') }}

),

-- A reply makes a contact of a ticket that itself stays as it is.
answered_tickets as (

    select 'ticket:' || messages.ticket_id as interaction_id
    from {{ ref('int_service__ticket_messages_latest') }} as messages
    cross join run
    where
        messages.change_seq > {{ mark('int_service__ticket_messages_latest') }}
        or {{ is_day_since_mark('messages.sent_local_date') }}
        or messages.source_id || ':' || messages.agent_number in (
            select changed_parties.name from changed_parties
        )

),

moved_tickets as (

    select 'ticket:' || changes.ticket_id as interaction_id
    from {{ ref('int_service__ticket_status_changes_latest') }} as changes
    cross join run
    where
        changes.change_seq > {{ mark('int_service__ticket_status_changes_latest') }}
        or {{ is_day_since_mark('changes.changed_local_date') }}

),

-- Its questions say whether a survey asks customers: what others answer is no touch.
changed_surveys as (

    select survey_id
    from {{ ref('int_surveys__questions_latest') }}
    where change_seq > {{ mark('int_surveys__questions_latest') }}

),

asked_again as (

    select
        interaction_id,
        customer_id

    from {{ ref('int_interactions__touches_attributed') }}
    where
        touch_kind = 'response'
        and split_part(source_record_id, '|', 1) in (
            select changed_surveys.survey_id from changed_surveys
        )

),

-- A note about a call is a contact only where no calls are known: the first and the
-- last one decide on all notes.
known_calls as (

    select count(*) as count_calls

    from {{ ref('int_interactions__touches_attributed') }} as touches
    cross join run
    where
        touches.touch_kind = 'call'
        and not touches.is_internal
        and coalesce(touches.direction, 'inbound') = 'inbound'
        and touches.change_seq <= {{ mark('int_interactions__touches_attributed') }}
        and not {{ is_day_since_mark('touches.started_local_date') }}
        and touches.started_local_date < run.as_of

),

decided_notes as (

    select
        touches.interaction_id,
        touches.customer_id

    from {{ ref('int_interactions__touches_attributed') }} as touches
    cross join known_calls
    where
        touches.touch_kind = 'touch'
        and known_calls.count_calls = 0
        and exists (
            select 1 from new_touches
            where new_touches.interaction_id like 'call:%'
        )

),

changed_persons as (

    select identity_key
    from {{ ref('int_identity__keys_watched') }}
    where change_seq > {{ mark('int_identity__keys_watched') }}

),

-- Who refers to themselves recommends nobody: both ends decide.
changed_referrals as (

    select
        referrals.interaction_id,
        referrals.customer_id

    from referrals
    cross join run
    where
        referrals.change_seq > {{ mark('int_sales__referrals_latest') }}
        or {{ is_day_since_mark('referrals.referred_local_date') }}
        or referrals.identity_key in (
            select changed_persons.identity_key from changed_persons
        )
        or referrals.referred_customer_key in (
            select changed_persons.identity_key from changed_persons
        )

),

news as (

    select
        interaction_id,
        customer_id

    from new_touches
    union
    select
        interaction_id,
        customer_id

    from asked_again
    union
    select
        interaction_id,
        customer_id

    from decided_notes
    union
    select
        answered_tickets.interaction_id,
        tickets.customer_id

    from answered_tickets
    left join tickets
        on answered_tickets.interaction_id = tickets.interaction_id
    union
    select
        moved_tickets.interaction_id,
        tickets.customer_id

    from moved_tickets
    left join tickets
        on moved_tickets.interaction_id = tickets.interaction_id
    union
    select
        interaction_id,
        customer_id

    from changed_referrals

),

-- Whose a touch was is held here: the touch itself says only whose it is.
persons as (

    select
        interaction_id,
        customer_id

    from news
    where customer_id is not null
    {%- if is_incremental() %}
        union
        -- Not a join: that lets DuckDB hash what is held instead of the news.
        select
            interaction_id,
            customer_id

        from {{ this }}
        where coalesce(interaction_id in (select news.interaction_id from news), false)
    {%- endif %}

),

final as (

    select
        persons.interaction_id,
        persons.customer_id,
        run.change_seq

    from persons
    cross join run

)

select * from final
