-- Grain: one row per touchpoint, segment, market and local day of touches that a survey
-- could have asked about.
with

fct_interactions as (

    select
        interaction_id,
        touchpoint,
        customer_id,
        is_anonymous,
        coalesce(segment, 'unknown') as segment,
        coalesce(market, 'unknown') as market,
        started_at,
        started_local_date

    from {{ ref('fct_interactions') }}
    -- Who was not served has nothing to be asked about.
    where
        not is_internal
        and started_at is not null
        and coalesce(outcome, '')
        not in ('abandoned', 'flow_out', 'blocked', 'ivr_only', 'failed', 'missed')

),

fct_survey_invitations as (

    select
        invitation_id,
        touchpoint,
        customer_id,
        sent_at,
        sent_local_date,
        coalesce(delivery_status, 'sent') not in ('opted_out', 'suppressed') as is_sent

    from {{ ref('fct_survey_invitations') }}
    where horizon = 'transactional' and sent_at is not null and not is_internal

),

-- A link without a sending, such as a QR code, has no base.
surveyed_touchpoints as (

    select
        touchpoint,
        min(sent_local_date) as first_sent_local_date

    from fct_survey_invitations

    where touchpoint is not null

    group by touchpoint

),

eligible as (

    select interactions.*

    from fct_interactions as interactions

    inner join surveyed_touchpoints
        on interactions.touchpoint = surveyed_touchpoints.touchpoint
            and interactions.started_local_date
            >= surveyed_touchpoints.first_sent_local_date

),

-- An invitation asks about the last touch of the person before it was sent.
asked as (

    select
        eligible.interaction_id,
        invitations.is_sent

    from eligible

    inner join fct_survey_invitations as invitations
        on eligible.customer_id = invitations.customer_id
            and eligible.touchpoint = invitations.touchpoint
            and eligible.started_at <= invitations.sent_at
            and eligible.started_at
            > invitations.sent_at - interval '{{ var("survey_invitation_days") }} days'
    qualify row_number() over (
            partition by invitations.invitation_id
            order by eligible.started_at desc, eligible.interaction_id desc
        ) = 1

),

asked_events as (

    select
        interaction_id,
        bool_or(is_sent) as is_invited

    from asked

    group by interaction_id

),

rested_events as (

    select eligible.interaction_id

    from eligible

    inner join fct_survey_invitations as invitations
        on eligible.customer_id = invitations.customer_id
            and invitations.is_sent
            and eligible.started_at > invitations.sent_at
            and eligible.started_at
            <= invitations.sent_at + interval '{{ var("survey_rest_days") }} days'

    where not eligible.is_anonymous

    group by eligible.interaction_id

),

judged as (

    select
        eligible.touchpoint,
        eligible.segment,
        eligible.market,
        eligible.started_local_date,
        case
            when asked_events.is_invited then 'invited'
            when not asked_events.is_invited then 'opted_out'
            when eligible.is_anonymous then 'anonymous'
            when rested_events.interaction_id is not null then 'resting'
            else 'not_chosen'
        end as coverage_reason

    from eligible

    left join asked_events
        on eligible.interaction_id = asked_events.interaction_id

    left join rested_events
        on eligible.interaction_id = rested_events.interaction_id

),

final as (

    select
        touchpoint,
        segment,
        market,
        started_local_date,
        count(*) as count_eligible,
        count(*) filter (where coverage_reason = 'invited') as count_invited,
        count(*) filter (where coverage_reason = 'opted_out') as count_opted_out,
        count(*) filter (where coverage_reason = 'anonymous') as count_anonymous,
        count(*) filter (where coverage_reason = 'resting') as count_resting,
        count(*) filter (where coverage_reason = 'not_chosen') as count_not_chosen

    from judged

    group by touchpoint, segment, market, started_local_date

)

select * from final
