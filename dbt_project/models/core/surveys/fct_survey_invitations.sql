-- Grain: one row per invitation to a survey; an unsent one has no date.
with

invitations as (

    select * from {{ ref('int_surveys__invitations_attributed') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        invitations.invitation_id,
        invitations.survey_id,
        invitations.horizon,
        invitations.touchpoint,
        invitations.identity_key,
        invitations.customer_id,
        invitations.segment,
        invitations.market,
        invitations.channel,
        invitations.delivery_status,
        invitations.sent_at,
        invitations.sent_local_date,
        invitations.started_at is not null as is_started,
        invitations.completed_at is not null as is_completed,
        invitations.started_at,
        invitations.completed_at,
        invitations.is_internal,
        invitations.change_seq

    from invitations
    inner join run
        on invitations.sent_local_date < run.as_of
            or invitations.sent_local_date is null

)

select * from final
