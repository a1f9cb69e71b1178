{{ config(materialized='table') }}
-- Grain: one row per subscription, currency and month, from its first month to as_of.
with

versions as (

    select * from {{ ref('int_billing__subscription_versions') }}

),

calendar as (

    select * from {{ ref('dim_calendar') }}

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

-- A month compares two instants, as retention does: its first day and the first day
-- after it, or as_of. Both may be one day: hence no `union all`.
boundaries as (

    select calendar.calendar_date as boundary_date
    from calendar
    inner join run
        on calendar.calendar_date <= run.as_of
    where calendar.calendar_date = calendar.month_start_date
    union distinct
    select as_of as boundary_date from run

),

subscriptions as (

    select
        subscription_id,
        currency_code,
        {{ dbt.dateadd('day', -1, 'min(started_on)') }} as day_before_first

    from versions
    group by subscription_id, currency_code

),

-- The latest version says whose it is, also of one that is gone from its source.
owners as (

    select
        subscription_id,
        source_id,
        identity_key,
        plan_name,
        not is_current as is_deleted

    from versions
    qualify row_number() over (
            partition by subscription_id order by valid_from_local desc
        ) = 1

),

states as (

    select
        subscriptions.subscription_id,
        subscriptions.currency_code,
        boundaries.boundary_date,
        case
            when
                versions.started_on <= boundaries.boundary_date
                and versions.started_on < run.as_of
                and coalesce(versions.ended_on > boundaries.boundary_date, true)
                and not versions.is_paused
                and not versions.is_trial
                then coalesce(versions.monthly_amount, 0)
            else 0
        end as mrr_amount,
        coalesce(
            versions.is_paused
            and versions.started_on <= boundaries.boundary_date
            and coalesce(versions.ended_on > boundaries.boundary_date, true),
            false
        ) as is_paused

    from subscriptions
    inner join boundaries
        on boundaries.boundary_date
            >= cast(date_trunc('month', subscriptions.day_before_first) as date)
    cross join run
    left join versions
        on subscriptions.subscription_id = versions.subscription_id
            and subscriptions.currency_code = versions.currency_code
            and cast(boundaries.boundary_date as timestamp) >= versions.valid_from_local
            and cast(boundaries.boundary_date as timestamp) < versions.valid_to_local

),

months as (

    select
        subscription_id,
        currency_code,
        boundary_date as month_start_date,
        lead(boundary_date) over (
            partition by subscription_id, currency_code order by boundary_date
        ) as compared_with_date,
        mrr_amount as start_mrr_amount,
        lead(mrr_amount) over (
            partition by subscription_id, currency_code order by boundary_date
        ) as end_mrr_amount,
        lead(is_paused) over (
            partition by subscription_id, currency_code order by boundary_date
        ) as is_paused,
        max(mrr_amount) over (
            partition by subscription_id, currency_code
            order by boundary_date
            rows between unbounded preceding and current row
        ) > 0 as has_had_mrr

    from states
    qualify lead(boundary_date) over (
            partition by subscription_id, currency_code order by boundary_date
        ) is not null

),

final as (

    select
        months.subscription_id,
        owners.source_id,
        owners.identity_key,
        -- A deleted contract may leave a person without any record.
        coalesce(identities.customer_id, md5(owners.identity_key)) as customer_id,
        customers.segment,
        customers.market,
        owners.plan_name,
        months.month_start_date,
        months.currency_code,
        months.start_mrr_amount,
        months.end_mrr_amount,
        cast(
            months.end_mrr_amount - months.start_mrr_amount as decimal(18, 2)
        ) as movement_amount,
        case
            when months.end_mrr_amount = months.start_mrr_amount then null
            when not months.has_had_mrr then 'new'
            when months.start_mrr_amount = 0 then 'reactivation'
            when months.end_mrr_amount = 0 then 'churn'
            when months.end_mrr_amount > months.start_mrr_amount then 'expansion'
            else 'contraction'
        end as movement,
        months.is_paused,
        months.compared_with_date >= cast(
            {{ dbt.dateadd('month', 1, 'months.month_start_date') }} as date
        ) as is_complete,
        owners.is_deleted,
        coalesce(customers.is_internal, false) as is_internal

    from months
    inner join owners
        on months.subscription_id = owners.subscription_id
    left join identities
        on owners.identity_key = identities.identity_key
    left join customers
        on coalesce(identities.customer_id, md5(owners.identity_key))
            = customers.customer_id
            and cast(months.month_start_date as timestamp) >= customers.valid_from
            and cast(months.month_start_date as timestamp) < customers.valid_to

)

select * from final
