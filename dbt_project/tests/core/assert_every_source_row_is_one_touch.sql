-- Per source, kind of record and local day the timeline holds as many touches as the
-- intermediate has living records, but those that say why they are none. A row names a
-- day that differs. Days that were counted long before are counted again once a week.
with

run as (

    select * from {{ ref('stg_meta__run') }}

),

living as (

    select
        'call' as touch_kind,
        source_id,
        entered_local_date as local_date

    from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted
    union all
    select
        'order' as touch_kind,
        source_id,
        ordered_local_date as local_date

    from {{ ref('int_sales__orders_latest') }}
    where not is_deleted
    union all
    select
        'touch' as touch_kind,
        source_id,
        started_local_date as local_date

    from {{ ref('int_interactions__touches_latest') }}
    where not is_deleted
    union all
    select
        'ticket' as touch_kind,
        source_id,
        created_local_date as local_date

    from {{ ref('int_service__tickets_latest') }}
    where not is_deleted
    union all
    select
        'review' as touch_kind,
        source_id,
        posted_local_date as local_date

    from {{ ref('int_service__reviews_latest') }}
    where not is_deleted
    union all
    select
        'communication' as touch_kind,
        source_id,
        sent_local_date as local_date

    from {{ ref('int_communications__communications_latest') }}
    where not is_deleted
    union all
    select
        'delivery' as touch_kind,
        source_id,
        delivered_local_date as local_date

    from {{ ref('int_sales__shipments_latest') }}
    where not is_deleted and delivered_at is not null
    union all
    select
        'payment' as touch_kind,
        source_id,
        paid_local_date as local_date

    from {{ ref('int_billing__payments_latest') }}
    where not is_deleted
    union all
    select
        'response' as touch_kind,
        responses.source_id,
        responses.submitted_local_date as local_date

    from {{ ref('int_surveys__responses_identified') }} as responses
    left join {{ ref('dim_surveys') }} as surveys
        on responses.survey_id = surveys.survey_id
    where
        not coalesce(responses.is_test, false)
        and coalesce(surveys.is_of_customers, true)
    union all
    -- Steps and clicks are parts: the call or visit that they belong to is the touch.
    select
        'menu' as touch_kind,
        min(source_id) as source_id,
        min(occurred_local_date) as local_date

    from {{ ref('int_calls__ivr_events_latest') }}
    where not is_deleted
    group by source_id || ':' || call_number
    union all
    select
        'visit' as touch_kind,
        min(source_id) as source_id,
        min(occurred_local_date) as local_date

    from {{ ref('int_sales__web_events_latest') }}
    where not is_deleted
    group by {{ visit_id() }}

),

counted_living as (

    select
        living.touch_kind,
        living.source_id,
        living.local_date,
        count(*) as count_living

    from living
    inner join run
        on living.local_date < run.as_of
    where living.local_date >= {{ first_tested_day() }}
    group by living.touch_kind, living.source_id, living.local_date

),

counted_exclusions as (

    select
        records.touch_kind,
        records.source_id,
        records.started_local_date as local_date,
        count(*) as count_excluded

    from {{ ref('int_interactions__records_unified') }} as records
    inner join run
        on records.started_local_date < run.as_of
    where
        records.exclusion_reason is not null
        and records.started_local_date >= {{ first_tested_day() }}
    group by records.touch_kind, records.source_id, records.started_local_date

),

counted_touches as (

    select
        touch_kind,
        source_id,
        started_local_date as local_date,
        count(*) as count_touches

    from {{ ref('fct_interactions') }}
    where started_local_date >= {{ first_tested_day() }}
    group by touch_kind, source_id, started_local_date

),

compared as (

    select
        coalesce(living.touch_kind, touches.touch_kind) as touch_kind,
        coalesce(living.source_id, touches.source_id) as source_id,
        coalesce(living.local_date, touches.local_date) as local_date,
        coalesce(living.count_living, 0) as count_living,
        coalesce(exclusions.count_excluded, 0) as count_excluded,
        coalesce(touches.count_touches, 0) as count_touches

    from counted_living as living
    full outer join counted_touches as touches
        on living.touch_kind = touches.touch_kind
            and living.source_id = touches.source_id
            and living.local_date = touches.local_date
    left join counted_exclusions as exclusions
        on living.touch_kind = exclusions.touch_kind
            and living.source_id = exclusions.source_id
            and living.local_date = exclusions.local_date

)

select * from compared
where count_living <> count_excluded + count_touches
