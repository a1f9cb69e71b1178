{{ config(
    materialized='incremental',
    unique_key='contact_id',
    post_hook=[
        "{{ set_mark_from(ref('int_calls__asterisk_stays_derived'), 'change_seq') }}",
        "{{ set_mark_from(ref('int_calls__mapped_stays_latest'), 'change_seq') }}",
    ],
) }}
-- Grain: one row per contact, over all its stays in queues.
with

asterisk_stays as (

    select * from {{ ref('int_calls__asterisk_stays_derived') }}
    where change_seq > {{ mark('int_calls__asterisk_stays_derived') }}

),

mapped_stays as (

    select * from {{ ref('int_calls__mapped_stays_latest') }}

),

changed_mapped as (

    select contact_id from mapped_stays
    where change_seq > {{ mark('int_calls__mapped_stays_latest') }}
    group by contact_id

),

stays as (

    select
        contact_id,
        source_id,
        call_id,
        queue_name,
        agent_number,
        cast(null as varchar) as customer_key,
        phone_key,
        'inbound' as direction,
        reason,
        outcome,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_transferred,
        is_open,
        stay_order,
        entered_at,
        left_at,
        entered_local_at,
        false as is_deleted,
        first_landed_at,
        change_seq

    from asterisk_stays
    union all
    select
        mapped_stays.contact_id,
        mapped_stays.source_id,
        mapped_stays.call_id,
        mapped_stays.queue_name,
        mapped_stays.agent_number,
        mapped_stays.customer_key,
        mapped_stays.phone_key,
        mapped_stays.direction,
        mapped_stays.reason,
        mapped_stays.outcome,
        mapped_stays.wait_milliseconds,
        mapped_stays.talk_milliseconds,
        mapped_stays.hold_milliseconds,
        mapped_stays.wrap_milliseconds,
        mapped_stays.is_transferred,
        false as is_open,
        0 as stay_order,
        mapped_stays.entered_at,
        coalesce(mapped_stays.ended_at, mapped_stays.entered_at) as left_at,
        mapped_stays.entered_local_at,
        mapped_stays.is_deleted,
        mapped_stays.first_landed_at,
        mapped_stays.change_seq

    from mapped_stays
    inner join changed_mapped
        on mapped_stays.contact_id = changed_mapped.contact_id

),

ordered_stays as (

    select
        *,
        row_number() over (
            partition by contact_id
            order by
                is_deleted asc,
                entered_at asc nulls last,
                stay_order asc nulls last,
                queue_name asc nulls last
        ) as position_in_contact,
        -- The first answer decides a contact; without one, how it left its last queue.
        row_number() over (
            partition by contact_id
            order by
                is_deleted asc,
                case when outcome = 'answered' then 0 else 1 end asc,
                case when outcome = 'answered' then entered_at end asc nulls last,
                case when outcome = 'answered' then stay_order end asc nulls last,
                entered_at desc nulls last,
                stay_order desc nulls last,
                queue_name desc nulls last
        ) as rank_to_decide

    from stays

),

contacts as (

    select
        contact_id,
        min(source_id) as source_id,
        min(call_id) as call_id,
        min_by(queue_name, position_in_contact) filter (where not is_deleted)
            as first_queue_name,
        max_by(queue_name, position_in_contact) filter (where not is_deleted)
            as last_queue_name,
        min_by(agent_number, rank_to_decide) filter (where outcome = 'answered')
            as agent_number,
        max(customer_key) as customer_key,
        max(phone_key) as phone_key,
        min_by(direction, position_in_contact) as direction,
        min_by(reason, position_in_contact) as reason,
        min_by(outcome, rank_to_decide) as outcome,
        min(entered_at) filter (where not is_deleted) as entered_at,
        min(entered_local_at) filter (where not is_deleted) as entered_local_at,
        min_by(entered_at, rank_to_decide) as deciding_entered_at,
        min_by(wait_milliseconds, rank_to_decide) as deciding_wait_milliseconds,
        max(left_at) filter (where not is_deleted) as left_at,
        cast(sum(talk_milliseconds) filter (where not is_deleted) as bigint)
            as talk_milliseconds,
        cast(sum(hold_milliseconds) filter (where not is_deleted) as bigint)
            as hold_milliseconds,
        cast(sum(wrap_milliseconds) filter (where not is_deleted) as bigint)
            as wrap_milliseconds,
        coalesce(bool_or(is_transferred) filter (where not is_deleted), false)
            as is_transferred,
        coalesce(bool_or(is_open) filter (where not is_deleted), false) as is_open,
        count(distinct queue_name) filter (
            where not is_deleted and outcome not in ('blocked', 'ivr_only')
        ) as count_queue_entries,
        bool_and(is_deleted) as is_deleted,
        min(first_landed_at) as first_landed_at,
        max(change_seq) as change_seq

    from ordered_stays
    group by contact_id

),

timed as (

    select
        *,
        {{ dbt.datediff('entered_at', 'deciding_entered_at', 'millisecond') }}
        + deciding_wait_milliseconds as wait_milliseconds

    from contacts

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

answered as (

    select
        *,
        case
            when outcome = 'answered'
                then
                    {{ dbt.dateadd('millisecond', 'wait_milliseconds', 'entered_at') }}
        end as answered_at

    from timed

),

final as (

    select
        answered.contact_id,
        answered.source_id,
        answered.call_id,
        answered.first_queue_name,
        answered.last_queue_name,
        answered.agent_number,
        coalesce(
            answered.customer_key, answered.phone_key, 'call:' || answered.contact_id
        ) as identity_key,
        answered.phone_key,
        answered.direction,
        answered.reason,
        answered.entered_at,
        cast(answered.entered_local_at as date) as entered_local_date,
        case when not answered.is_open then answered.left_at end as ended_at,
        answered.outcome,
        answered.answered_at,
        cast({{ to_local('answered.answered_at', 'run.time_zone') }} as date)
            as answered_local_date,
        answered.wait_milliseconds,
        answered.talk_milliseconds,
        answered.hold_milliseconds,
        answered.wrap_milliseconds,
        answered.is_transferred,
        answered.is_open,
        answered.count_queue_entries,
        answered.is_deleted,
        answered.first_landed_at,
        answered.change_seq

    from answered
    cross join run

)

select * from final
