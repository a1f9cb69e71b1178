{{ config(materialized='table') }}
-- Grain: one row per renewal of a contract, also one that is yet to fall due.
with

renewals as (

    select * from {{ ref('int_billing__renewals_latest') }}
    where not is_deleted

),

subscriptions as (

    select * from {{ ref('int_billing__subscriptions_latest') }}
    where not is_deleted

),

communications as (

    select * from {{ ref('int_communications__communications_latest') }}
    where
        not is_deleted
        and purpose = 'renewal'
        and not coalesce(is_test, false)
        and about_id is not null

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

renewals_by_subject as (

    select
        renewal_id,
        due_on,
        renewal_id as about_id,
        true as is_named

    from renewals
    union all
    select
        renewal_id,
        due_on,
        subscription_id as about_id,
        false as is_named

    from renewals

),

-- A notice names the renewal, or the contract of which it announces the next one.
notices as (

    select
        renewals_by_subject.renewal_id,
        communications.communication_id,
        communications.channel,
        communications.sent_at,
        communications.sent_local_date,
        renewals_by_subject.is_named,
        {{ dbt.datediff(
            'communications.sent_local_date', 'renewals_by_subject.due_on', 'day'
        ) }} as lead_days

    from communications
    inner join run
        on {{ is_before_as_of('communications.sent_local_date') }}
    inner join renewals_by_subject
        on communications.about_id = renewals_by_subject.about_id

),

notices_of_one_renewal as (

    select * from notices
    qualify row_number() over (
            partition by communication_id
            order by
                case
                    when is_named then 0
                    when lead_days between 0 and {{ var('renewal_notice_days') }} then 1
                    when lead_days < 0 then 2
                    else 3
                end,
                abs(lead_days),
                renewal_id
        ) = 1

),

first_notices as (

    select * from notices_of_one_renewal
    qualify row_number() over (
            partition by renewal_id order by sent_at, communication_id
        ) = 1

),

-- What happened on or after as_of has not happened yet.
judged as (

    select
        renewals.*,
        subscriptions.identity_key,
        subscriptions.plan_name,
        cast(
            {{ dbt.dateadd('day', var('renewal_grace_days'), 'renewals.due_on') }}
            as date
        ) as grace_ends_on,
        case when renewals.renewed_on < run.as_of then renewals.renewed_on end
            as known_renewed_on,
        run.as_of

    from renewals
    cross join run
    left join subscriptions
        on renewals.subscription_id = subscriptions.subscription_id

),

final as (

    select
        judged.renewal_id,
        judged.source_id,
        judged.subscription_id,
        judged.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        judged.plan_name,
        judged.due_on,
        judged.grace_ends_on,
        judged.known_renewed_on as renewed_on,
        case
            when judged.outcome = 'void' then 'void'
            when judged.known_renewed_on <= judged.due_on then 'on_time'
            when judged.known_renewed_on <= judged.grace_ends_on then 'in_grace'
            when judged.known_renewed_on is not null then 'after_grace'
            when judged.outcome = 'renewed' and judged.renewed_on is null
                then 'undated'
            when judged.outcome = 'lost' or judged.grace_ends_on < judged.as_of
                then 'lost'
            else 'open'
        end as timeliness,
        judged.grace_ends_on < judged.as_of as is_grace_elapsed,
        cast(
            {{ dbt.datediff('judged.due_on', 'judged.known_renewed_on', 'day') }}
            as integer
        ) as days_late,
        first_notices.sent_at as first_noticed_at,
        first_notices.channel as notice_channel,
        cast(first_notices.lead_days as integer) as notice_lead_days,
        judged.amount,
        judged.currency_code,
        coalesce(customers.is_internal, false) as is_internal

    from judged
    left join first_notices
        on judged.renewal_id = first_notices.renewal_id
    {{ join_person_at('judged', 'cast(judged.due_on as timestamp)') }}

)

select * from final
