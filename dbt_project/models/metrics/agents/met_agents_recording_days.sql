-- Grain: one row per queue, or none, and local day with an answer or a recording.
with

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

fct_call_legs as (

    select * from {{ ref('fct_call_legs') }}

),

fct_recordings as (

    select * from {{ ref('fct_recordings') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

limits as (

    select max(maturity_days) as retention_days

    from kpis

    where kpi_id = 'K-REC' and statistic = 'overdue'

),

recordings as (

    select
        recordings.contact_id,
        recordings.recorded_local_date,
        recordings.is_consent_refused,
        coalesce(recordings.length_milliseconds, 1) > 0 as is_filled,
        cast(
            recordings.recorded_local_date + interval 1 day * limits.retention_days
            as date
        ) as kept_until,
        cast({{ to_local('recordings.deleted_at', 'dim_run.time_zone') }} as date)
            as deleted_local_date,
        dim_run.as_of

    from fct_recordings as recordings

    cross join dim_run

    cross join limits

),

recorded_calls as (

    select
        contact_id,
        min(recorded_local_date) as recorded_local_date,
        bool_or(is_consent_refused) as is_refused,
        bool_or(is_filled and not is_consent_refused) as is_recorded,
        bool_or(is_filled and is_consent_refused) as is_recorded_against_refusal

    from recordings

    where contact_id is not null

    group by contact_id

),

answered_calls as (

    select
        fct_calls.contact_id,
        fct_calls.source_id,
        fct_calls.answered_local_date,
        recorded_calls.recorded_local_date,
        coalesce(recorded_calls.is_refused, false) as is_refused,
        coalesce(recorded_calls.is_recorded, false) as is_recorded,
        coalesce(recorded_calls.is_recorded_against_refusal, false)
            as is_recorded_against_refusal

    from fct_calls

    left join recorded_calls
        on fct_calls.contact_id = recorded_calls.contact_id

    where
        fct_calls.outcome = 'answered'
        and not fct_calls.is_open
        and not fct_calls.is_internal
        and coalesce(fct_calls.direction, 'inbound') = 'inbound'

),

-- Before its first recording a call center did not hand over any.
first_days as (

    select
        source_id,
        min(recorded_local_date) as first_local_date

    from answered_calls

    group by source_id

),

handed_over_calls as (

    select answered_calls.*

    from answered_calls

    inner join first_days
        on answered_calls.source_id = first_days.source_id
            and answered_calls.answered_local_date >= first_days.first_local_date

),

-- Most calls are of a call center that hands over no recordings.
first_queues as (

    select
        contact_id,
        queue_id

    from fct_call_legs

    where
        contact_id in (select calls.contact_id from handed_over_calls as calls)
        or contact_id in (select calls.contact_id from recorded_calls as calls)
    -- Of two answers of one instant, the first by key.
    qualify row_number() over (
            partition by contact_id
            order by answered_at, call_leg_id
        ) = 1

),

call_days as (

    select
        first_queues.queue_id,
        calls.answered_local_date as local_date,
        cast(count(*) as bigint) as count_answered,
        cast(count(*) filter (where calls.is_refused) as bigint) as count_refused,
        cast(
            count(*) filter (where calls.is_recorded and not calls.is_refused) as bigint
        ) as count_recorded,
        cast(count(*) filter (where calls.is_recorded_against_refusal) as bigint)
            as count_recorded_against_refusal

    from handed_over_calls as calls

    left join first_queues
        on calls.contact_id = first_queues.contact_id

    group by first_queues.queue_id, calls.answered_local_date

),

recording_days as (

    select
        first_queues.queue_id,
        recordings.recorded_local_date as local_date,
        cast(count(*) as bigint) as count_recordings,
        cast(count(*) filter (where recordings.contact_id is null) as bigint)
            as count_recordings_without_call,
        cast(
            count(*) filter (where recordings.kept_until < recordings.as_of) as bigint
        ) as count_past_retention,
        cast(count(*) filter (
            where
            recordings.kept_until < recordings.as_of
            and coalesce(
                recordings.deleted_local_date > recordings.kept_until, true
            )
        ) as bigint) as count_overdue

    from recordings

    left join first_queues
        on recordings.contact_id = first_queues.contact_id

    where recordings.is_filled

    group by first_queues.queue_id, recordings.recorded_local_date

),

days as (

    select
        queue_id,
        local_date,
        count_answered,
        count_refused,
        count_recorded,
        count_recorded_against_refusal,
        0 as count_recordings,
        0 as count_recordings_without_call,
        0 as count_past_retention,
        0 as count_overdue

    from call_days

    union all

    select
        queue_id,
        local_date,
        0 as count_answered,
        0 as count_refused,
        0 as count_recorded,
        0 as count_recorded_against_refusal,
        count_recordings,
        count_recordings_without_call,
        count_past_retention,
        count_overdue

    from recording_days

),

final as (

    select
        queue_id,
        local_date,
        cast(sum(count_answered) as bigint) as count_answered,
        cast(sum(count_refused) as bigint) as count_refused,
        cast(sum(count_answered - count_refused) as bigint) as count_eligible,
        cast(sum(count_recorded) as bigint) as count_recorded,
        cast(sum(count_recorded_against_refusal) as bigint)
            as count_recorded_against_refusal,
        cast(sum(count_recordings) as bigint) as count_recordings,
        cast(sum(count_recordings_without_call) as bigint)
            as count_recordings_without_call,
        cast(sum(count_past_retention) as bigint) as count_past_retention,
        cast(sum(count_overdue) as bigint) as count_overdue

    from days

    group by queue_id, local_date

)

select * from final
