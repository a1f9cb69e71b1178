-- Grain: one row per person with a living customer record.
with

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

dim_customer_identities as (

    select * from {{ ref('dim_customer_identities') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

met_survey_last_scores as (

    select * from {{ ref('met_survey_last_scores') }}

),

-- Orders, answers, visits and payments are touches too, but no contacts.
fct_interactions as (

    select
        *,
        touch_kind in ('call', 'menu', 'ticket', 'touch')
        and coalesce(direction, 'inbound') = 'inbound' as is_contact

    from {{ ref('fct_interactions') }}
    where not is_internal

),

met_revenue_buyers as (

    select * from {{ ref('met_revenue_buyers') }}

),

fct_subscriptions as (

    select * from {{ ref('fct_subscriptions') }}

),

fct_actions as (

    select * from {{ ref('fct_actions') }}

),

met_lapse_windows as (

    select * from {{ ref('met_lapse_windows') }}

),

met_value_customers as (

    select * from {{ ref('met_value_customers') }}

),

met_value_rfm_scores as (

    select * from {{ ref('met_value_rfm_scores') }}

),

met_value_profiles as (

    select * from {{ ref('met_value_profiles') }}

),

met_value_risk_scores as (

    select * from {{ ref('met_value_risk_scores') }}
    where is_of_today

),

identities as (

    select
        customer_id,
        count(*) as count_identities,
        min(first_landed_at) as first_landed_at

    from dim_customer_identities

    group by customer_id

),

touches_by_source as (

    select
        fct_interactions.customer_id,
        fct_interactions.source_id,
        count(*) as count_interactions,
        max(fct_interactions.started_local_date) as last_interaction_date,
        count(*) filter (
            where fct_interactions.is_contact
            and fct_interactions.started_local_date
            >= cast(dim_run.as_of - interval 30 day as date)
        ) as count_contacts_last_30d,
        count(*) filter (
            where fct_interactions.is_contact
            and fct_interactions.started_local_date
            >= cast(dim_run.as_of - interval 90 day as date)
        ) as count_contacts_last_90d

    from fct_interactions

    cross join dim_run

    group by fct_interactions.customer_id, fct_interactions.source_id

),

touches as (

    select
        customer_id,
        count(source_id) as count_sources,
        cast(sum(count_interactions) as bigint) as count_interactions,
        max(last_interaction_date) as last_interaction_date,
        cast(sum(count_contacts_last_30d) as bigint) as count_contacts_last_30d,
        cast(sum(count_contacts_last_90d) as bigint) as count_contacts_last_90d

    from touches_by_source

    group by customer_id

),

subscriptions as (

    select
        fct_subscriptions.customer_id,
        count(*) filter (
            where fct_subscriptions.started_on < dim_run.as_of
            and coalesce(fct_subscriptions.ended_on, date '9999-12-31') > dim_run.as_of
        ) as count_active_subscriptions,
        min(fct_subscriptions.renewal_due_on) filter (
            where fct_subscriptions.renewal_due_on >= dim_run.as_of
            and coalesce(fct_subscriptions.ended_on, date '9999-12-31') > dim_run.as_of
        ) as next_renewal_due_on,
        max(fct_subscriptions.ended_on) filter (
            where fct_subscriptions.ended_on <= dim_run.as_of
        ) as last_ended_on

    from fct_subscriptions

    cross join dim_run

    where
        not fct_subscriptions.is_internal
        and fct_subscriptions.started_on < dim_run.as_of

    group by fct_subscriptions.customer_id

),

cases as (

    select
        customer_id,
        count(*) as count_open_cases

    from fct_actions

    where not is_internal and status in ('open', 'contacted')

    group by customer_id

),

final as (

    select
        dim_customers.customer_id,
        coalesce(dim_customers.segment, 'unknown') as segment,
        coalesce(dim_customers.market, 'unknown') as market,
        dim_customers.language,
        dim_customers.account_id,
        dim_customers.created_local_date,
        case
            when subscriptions.count_active_subscriptions > 0 then 'active'
            when subscriptions.last_ended_on is not null
                and coalesce(orders.last_order_date, date '0001-01-01')
                < subscriptions.last_ended_on
                then 'churned'
            when
                orders.last_order_date
                >= cast(
                    dim_run.as_of - interval 1 day * coalesce(
                        windows.window_days, {{ var('lapse_window_days') }}
                    ) as date
                )
                then 'active'
            when orders.last_order_date is not null then 'lapsed'
            else 'prospect'
        end as lifecycle_state,
        {%- for score in ['nps', 'csat', 'ces'] %}
            {%- set answered_on = 'scores.last_' ~ score ~ '_date' %}
            scores.last_{{ score }}_score,
            {{ answered_on }},
            cast(
                {{ dbt.datediff(answered_on, 'dim_run.as_of', 'day') }}
                as integer
            ) as last_{{ score }}_age_days,
        {%- endfor %}
        coalesce(touches.count_interactions, 0) as count_interactions,
        touches.last_interaction_date,
        coalesce(touches.count_contacts_last_30d, 0) as count_contacts_last_30d,
        coalesce(touches.count_contacts_last_90d, 0) as count_contacts_last_90d,
        coalesce(cases.count_open_cases, 0) as count_open_cases,
        coalesce(orders.count_orders, 0) as count_orders,
        orders.first_order_date,
        orders.last_order_date,
        orders.total_spend_amount,
        orders.currency_code,
        case
            when subscriptions.count_active_subscriptions > 0 then 'active'
            when subscriptions.last_ended_on is not null then 'ended'
            else 'none'
        end as subscription_state,
        coalesce(subscriptions.count_active_subscriptions, 0)
            as count_active_subscriptions,
        subscriptions.next_renewal_due_on,
        dim_customers.preferred_channel,
        coalesce(dim_customers.is_opted_out, false) as is_opted_out,
        coalesce(touches.count_sources, 0) as count_sources,
        coalesce(identities.count_identities, 0) as count_identities,
        dim_run.as_of,
        cast(accounts.clv_historic_amount as decimal(18, 2)) as clv_historic_amount,
        cast(accounts.clv_historic_real_amount as decimal(18, 2))
            as clv_historic_real_amount,
        dim_run.currency_code as reporting_currency_code,
        rfm_scores.rfm_score,
        risk_scores.risk_score,
        risk_scores.risk_band,
        profiles.treatment_class,
        profiles.persona

    from dim_customers

    cross join dim_run

    left join met_lapse_windows as windows
        on dim_run.as_of = windows.reference_date
            and coalesce(dim_customers.segment, 'unknown') = windows.segment

    left join identities
        on dim_customers.customer_id = identities.customer_id

    left join met_survey_last_scores as scores
        on dim_customers.customer_id = scores.customer_id

    left join touches
        on dim_customers.customer_id = touches.customer_id

    left join cases
        on dim_customers.customer_id = cases.customer_id

    left join met_revenue_buyers as orders
        on dim_customers.customer_id = orders.customer_id

    left join subscriptions
        on dim_customers.customer_id = subscriptions.customer_id

    left join met_value_customers as accounts
        on dim_customers.customer_id = accounts.customer_id

    left join met_value_profiles as profiles
        on dim_customers.customer_id = profiles.customer_id

    left join met_value_rfm_scores as rfm_scores
        on dim_customers.customer_id = rfm_scores.customer_id

    left join met_value_risk_scores as risk_scores
        on dim_customers.customer_id = risk_scores.customer_id

    where dim_customers.is_current and not dim_customers.is_internal

)

select * from final
