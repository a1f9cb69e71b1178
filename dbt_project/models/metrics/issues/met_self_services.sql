-- Grain: one row per visit in which a person was served without an agent, or tried.
with

fct_ivr_calls as (

    select * from {{ ref('fct_ivr_calls') }}
    where not is_internal

),

fct_web_events as (

    select * from {{ ref('fct_web_events') }}
    where
        not is_internal
        and not is_bot
        and task in (
            {% for task in var('self_service_tasks') -%}
                '{{ task }}'{{ ', ' if not loop.last }}
            {%- endfor %}
        )

),

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

visits as (

    select
        visit_id,
        task,
        max(customer_id) as customer_id,
        coalesce(max(market), 'unknown') as market,
        max(occurred_at) as served_at,
        max(occurred_local_date) as service_local_date,
        bool_or(event = 'completed') as has_success,
        bool_or(event = 'failed') as has_failure

    from fct_web_events

    group by visit_id, task

),

-- A contact whose reason nobody noted may have been about it.
followed_visits as (

    select
        visits.visit_id,
        visits.task

    from visits

    inner join met_issue_contacts as contacts
        on visits.customer_id = contacts.customer_id
            and visits.task = coalesce(contacts.reason, visits.task)
            and visits.served_at <= contacts.started_at
            and visits.served_at
            >= contacts.started_at
            - interval 1 hour * {{ var('self_service_hours') }}

    group by visits.visit_id, visits.task

),

-- A page says that it was read, not that it helped: the silence after it does.
final as (

    select
        concat('menu:', ivr_call_id) as self_service_id,
        'phone' as channel,
        coalesce(market, 'unknown') as market,
        cast(null as varchar) as reason,
        entered_local_date as service_local_date,
        outcome = 'contained' as is_solved

    from fct_ivr_calls

    union all

    select
        concat('visit:', visits.visit_id, '|', visits.task) as self_service_id,
        'web' as channel,
        visits.market,
        visits.task as reason,
        visits.service_local_date,
        case
            when visits.has_success then true
            when visits.has_failure or followed_visits.visit_id is not null then false
            when
                cast(
                    visits.service_local_date + interval 1 day
                    + interval 1 hour * {{ var('self_service_hours') }} as date
                ) <= dim_run.as_of
                then true
        end as is_solved

    from visits

    cross join dim_run

    left join followed_visits
        on visits.visit_id = followed_visits.visit_id
            and visits.task = followed_visits.task

)

select * from final
