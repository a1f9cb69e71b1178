{{ config(materialized='view') }}
-- Grain: one row per living response, with the key that names its person.
with

responses as (

    select * from {{ ref('int_surveys__responses_latest') }}
    where not is_deleted

),

invitations as (

    select * from {{ ref('int_surveys__invitations_latest') }}
    where not is_deleted

),

final as (

    select
        responses.*,
        invitations.sent_at as invited_at,
        invitations.sent_local_date as invited_local_date,
        invitations.channel as invitation_channel,
        coalesce(responses.interaction_number, invitations.interaction_number)
            as about_interaction_number,
        -- Who was invited outranks what was typed in: the token is personal.
        coalesce(
            responses.customer_key,
            case
                when invitations.identity_key not like 'invitation:%'
                    then invitations.identity_key
            end,
            case when not responses.email_is_shared then responses.email_key end,
            responses.phone_key,
            'response:' || responses.response_id
        ) as identity_key

    from responses
    left join invitations
        on responses.invitation_id = invitations.invitation_id

)

select * from final
