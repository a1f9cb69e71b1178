-- Grain: one row per invitation to a survey; an unsent one has no date.
with

invitations as (

    select * from {{ ref('int_surveys__invitations_latest') }}
    where not is_deleted

),

responses as (

    select * from {{ ref('int_surveys__responses_identified') }}
    where invitation_id is not null

),

surveys as (

    select * from {{ ref('dim_surveys') }}

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

answered as (

    select
        responses.invitation_id,
        min(coalesce(responses.started_at, responses.submitted_at)) as started_at,
        min(responses.submitted_at) filter (where responses.is_complete) as completed_at

    from responses
    inner join run
        on responses.submitted_local_date < run.as_of
    group by responses.invitation_id

),

final as (

    select
        invitations.invitation_id,
        invitations.survey_id,
        surveys.horizon,
        surveys.touchpoint,
        invitations.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        invitations.channel,
        invitations.delivery_status,
        invitations.sent_at,
        invitations.sent_local_date,
        coalesce(answered.started_at, invitations.completed_at) is not null
            as is_started,
        coalesce(answered.completed_at, invitations.completed_at) is not null
            as is_completed,
        coalesce(answered.started_at, invitations.completed_at) as started_at,
        coalesce(answered.completed_at, invitations.completed_at) as completed_at,
        coalesce(customers.is_internal, false) as is_internal

    from invitations
    inner join run
        on invitations.sent_local_date < run.as_of
            or invitations.sent_local_date is null
    left join surveys
        on invitations.survey_id = surveys.survey_id
    left join answered
        on invitations.invitation_id = answered.invitation_id
    left join identities
        on invitations.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id
            and coalesce(invitations.sent_at, cast(run.as_of as timestamp))
            >= customers.valid_from
            and coalesce(invitations.sent_at, cast(run.as_of as timestamp))
            < customers.valid_to

)

select * from final
