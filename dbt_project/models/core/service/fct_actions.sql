{{ config(materialized='table') }}
-- Grain: one row per case: somebody must act for a customer.
with

cases as (

    select * from {{ ref('int_service__actions_latest') }}
    where not is_deleted

),

responses as (

    select
        response_id,
        customer_id,
        submitted_at,
        substring(response_id, length(split_part(response_id, ':', 1)) + 2)
            as response_key,
        split_part(response_id, '|', 2) as response_number

    from {{ ref('fct_survey_responses') }}

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

opened as (

    select
        cases.*,
        identities.customer_id,
        cases.opened_at + interval '{{ var("case_contact_hours") }} hours'
            as contact_due_at,
        cases.opened_at + interval '{{ var("case_resolution_days") }} days'
            as resolution_due_at,
        cast({{ to_local('cases.contacted_at', 'run.time_zone') }} as date)
            as contacted_local_date,
        cast({{ to_local('cases.resolved_at', 'run.time_zone') }} as date)
            as resolved_local_date,
        run.as_of,
        run.time_zone

    from cases
    inner join run
        on {{ is_before_as_of('cases.opened_local_date') }}
    left join identities
        on cases.identity_key = identities.identity_key

),

-- What happened on or after as_of has not happened yet.
dated as (

    select
        *,
        case when contacted_local_date < as_of then contacted_at end
            as first_contacted_at,
        case when resolved_local_date < as_of then resolved_at end
            as first_resolved_at,
        cast({{ to_local('contact_due_at', 'time_zone') }} as date) < as_of
            as is_contact_due,
        cast({{ to_local('resolution_due_at', 'time_zone') }} as date) < as_of
            as is_resolution_due

    from opened

),

named_responses as (

    select
        dated.case_id,
        responses.response_id,
        responses.submitted_at,
        0 as distance

    from dated
    inner join responses
        on dated.response_number = responses.response_key
    union all
    select
        dated.case_id,
        responses.response_id,
        responses.submitted_at,
        1 as distance

    from dated
    inner join responses
        on dated.response_number = responses.response_number
            and dated.customer_id = responses.customer_id

),

answered_responses as (

    select
        case_id,
        response_id

    from named_responses
    -- A number is unique in its survey only: the full key, then the person's latest.
    qualify row_number() over (
            partition by case_id
            order by
                distance asc,
                submitted_at desc nulls last,
                response_id asc
        ) = 1

),

final as (

    select
        dated.case_id,
        dated.source_id,
        dated.identity_key,
        dated.customer_id,
        customers.segment,
        customers.market,
        dated.reason,
        answered_responses.response_id,
        owners.party_id as owner_agent_id,
        dated.status,
        dated.opened_at,
        dated.opened_local_date,
        dated.due_at,
        dated.contact_due_at,
        dated.is_contact_due,
        dated.first_contacted_at as contacted_at,
        case
            when dated.first_contacted_at <= dated.contact_due_at then true
            when dated.is_contact_due then false
        end as is_contacted_in_time,
        dated.resolution_due_at,
        dated.is_resolution_due,
        dated.first_resolved_at as resolved_at,
        case
            when dated.first_resolved_at <= dated.resolution_due_at then true
            when dated.is_resolution_due then false
        end as is_resolved_in_time,
        coalesce(customers.is_internal, false) as is_internal

    from dated
    left join answered_responses
        on dated.case_id = answered_responses.case_id
    left join parties as owners
        on owners.kind = 'agent'
            and dated.source_id = owners.source_id
            and dated.owner_number = owners.name
    left join customers
        on dated.customer_id = customers.customer_id
            and dated.opened_at >= customers.valid_from
            and dated.opened_at < customers.valid_to

)

select * from final
