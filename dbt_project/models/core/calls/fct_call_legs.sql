-- Grain: one row per conversation of a contact with an agent.
with

legs as (

    select * from {{ ref('int_calls__stays_identified') }}
    where outcome = 'answered' and not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        concat_ws(
            '|', legs.contact_id, coalesce(legs.queue_name, ''), legs.stay_number
        ) as call_leg_id,
        legs.contact_id,
        legs.queue_entry_id,
        legs.source_id,
        legs.queue_id,
        legs.agent_id,
        legs.direction,
        legs.identity_key,
        legs.customer_id,
        legs.entered_at,
        legs.answered_at,
        cast(legs.answered_local_at as date) as answered_local_date,
        {{ dbt.dateadd(
            'millisecond',
            'legs.talk_milliseconds + coalesce(legs.hold_milliseconds, 0)',
            'legs.answered_at'
        ) }} as parted_at,
        legs.talk_milliseconds,
        legs.hold_milliseconds,
        legs.wrap_milliseconds,
        legs.is_transferred,
        legs.is_transferred
        and coalesce(
            legs.talk_milliseconds + coalesce(legs.hold_milliseconds, 0)
            <= 1000 * {{ var('misroute_seconds') }},
            false
        ) as is_misroute,
        legs.is_open,
        legs.is_internal,
        legs.change_seq

    from legs
    inner join run
        on {{ is_before_as_of('cast(legs.answered_local_at as date)') }}

)

select * from final
