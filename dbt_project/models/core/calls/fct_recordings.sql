{{ config(materialized='table') }}
-- Grain: one row per recording of a call.
with

mapped_recordings as (

    select * from {{ ref('int_calls__recordings_latest') }}
    where not is_deleted

),

asterisk_recordings as (

    select * from {{ ref('int_calls__asterisk_recordings_latest') }}
    where not is_deleted

),

contacts as (

    select
        contact_id,
        source_id,
        call_id,
        outcome

    from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

recordings as (

    select
        recording_id,
        source_id,
        call_number,
        cast(null as varchar) as linked_call_number,
        coalesce(is_consent_refused, false) as is_consent_refused,
        length_milliseconds,
        recorded_at,
        recorded_local_date,
        deleted_at

    from mapped_recordings
    union all
    select
        recording_id,
        source_id,
        call_number,
        linked_call_number,
        false as is_consent_refused,
        length_milliseconds,
        recorded_at,
        recorded_local_date,
        cast(null as timestamp) as deleted_at

    from asterisk_recordings

),

named_calls as (

    select
        recordings.recording_id,
        contacts.contact_id,
        contacts.source_id,
        contacts.outcome,
        0 as distance

    from recordings
    inner join contacts
        on recordings.call_number = contacts.call_id
    union all
    -- The leg of an agent names the call that it belongs to.
    select
        recordings.recording_id,
        contacts.contact_id,
        contacts.source_id,
        contacts.outcome,
        1 as distance

    from recordings
    inner join contacts
        on recordings.linked_call_number = contacts.call_id
    where recordings.linked_call_number <> recordings.call_number

),

recorded_calls as (

    select
        recordings.recording_id,
        named_calls.contact_id,
        named_calls.outcome

    from named_calls
    inner join recordings
        on named_calls.recording_id = recordings.recording_id
    -- Two call centers may use one number: the recording's own, then the first by key.
    qualify row_number() over (
            partition by recordings.recording_id
            order by
                case
                    when named_calls.source_id = recordings.source_id then 0
                    else 1
                end,
                named_calls.distance,
                named_calls.contact_id
        ) = 1

),

final as (

    select
        recordings.recording_id,
        recordings.source_id,
        recordings.call_number,
        recorded_calls.contact_id,
        coalesce(recorded_calls.outcome = 'answered', false) as is_of_answered_call,
        recordings.is_consent_refused,
        recordings.length_milliseconds,
        recordings.recorded_at,
        recordings.recorded_local_date,
        recordings.deleted_at

    from recordings
    inner join run
        on {{ is_before_as_of('recordings.recorded_local_date') }}
    left join recorded_calls
        on recordings.recording_id = recorded_calls.recording_id

)

select * from final
