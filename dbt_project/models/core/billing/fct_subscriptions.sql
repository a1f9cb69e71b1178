-- Grain: one row per subscription or contract.
with

subscriptions as (

    select * from {{ ref('int_billing__subscriptions_latest') }}
    where not is_deleted

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

final as (

    select
        subscriptions.subscription_id,
        subscriptions.identity_key,
        identities.customer_id,
        customers.segment,
        customers.market,
        subscriptions.plan_name,
        subscriptions.started_on,
        subscriptions.ended_on,
        subscriptions.renewal_due_on,
        subscriptions.cancel_reason,
        coalesce(subscriptions.is_involuntary, false) as is_involuntary,
        subscriptions.monthly_amount,
        subscriptions.currency_code,
        coalesce(customers.is_internal, false) as is_internal

    from subscriptions
    inner join run
        on {{ is_before_as_of('subscriptions.started_on') }}
    {{ join_person_at('subscriptions', 'cast(subscriptions.started_on as timestamp)') }}

)

select * from final
