{{ config(materialized='table') }}
{% set sides = {
    'start': 'compared_days.month_start_date',
    'end': 'compared_days.compared_with_date',
} -%}
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
-- after it, or as_of.
calendar_months as (

    select
        calendar.month_start_date,
        least(
            lead(calendar.month_start_date) over (order by calendar.month_start_date),
            run.as_of
        ) as compared_with_date

    from calendar
    cross join run
    where calendar.calendar_date = calendar.month_start_date

),

-- What a month is compared with is set against it only here: the engine guesses few
-- days for a range of a column, and joins what follows the wrong way round.
compared_days as (

    select * from calendar_months
    where compared_with_date > month_start_date

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

first_versions as (

    select
        subscription_id,
        currency_code,
        {{ dbt.dateadd('day', -1, 'min(started_on)') }} as day_before_first

    from versions
    group by subscription_id, currency_code

),

subscriptions as (

    select
        first_versions.subscription_id,
        first_versions.currency_code,
        cast(date_trunc('month', first_versions.day_before_first) as date)
            as first_month_start_date,
        owners.source_id,
        owners.identity_key,
        -- A deleted contract may leave a person without any record.
        coalesce(identities.customer_id, md5(owners.identity_key)) as customer_id,
        owners.plan_name,
        owners.is_deleted

    from first_versions
    left join owners
        on first_versions.subscription_id = owners.subscription_id
    left join identities
        on owners.identity_key = identities.identity_key

),

months as (

    select
        subscriptions.subscription_id,
        subscriptions.source_id,
        subscriptions.identity_key,
        subscriptions.customer_id,
        subscriptions.plan_name,
        subscriptions.is_deleted,
        subscriptions.currency_code,
        compared_days.month_start_date,
        compared_days.compared_with_date,
        {% for side, day in sides.items() -%}
            case
                when
                    {{ side }}_versions.started_on <= {{ day }}
                    and {{ side }}_versions.started_on < run.as_of
                    and coalesce({{ side }}_versions.ended_on > {{ day }}, true)
                    and not {{ side }}_versions.is_paused
                    and not {{ side }}_versions.is_trial
                    then coalesce({{ side }}_versions.monthly_amount, 0)
                else 0
            end as {{ side }}_mrr_amount,
        {% endfor -%}
        coalesce(
            end_versions.is_paused
            and end_versions.started_on <= compared_days.compared_with_date
            and coalesce(
                end_versions.ended_on > compared_days.compared_with_date, true
            ),
            false
        ) as is_paused

    from subscriptions
    inner join compared_days
        on subscriptions.first_month_start_date <= compared_days.month_start_date
    cross join run
    {% for side, day in sides.items() -%}
        left join versions as {{ side }}_versions
            on subscriptions.subscription_id = {{ side }}_versions.subscription_id
                and subscriptions.currency_code = {{ side }}_versions.currency_code
                and cast({{ day }} as timestamp) >= {{ side }}_versions.valid_from_local
                and cast({{ day }} as timestamp) < {{ side }}_versions.valid_to_local
    {% endfor %}
),

first_payments as (

    select
        subscription_id,
        currency_code,
        min(month_start_date) as first_month_start_date

    from months
    where start_mrr_amount > 0
    group by subscription_id, currency_code

),

final as (

    select
        months.subscription_id,
        months.source_id,
        months.identity_key,
        months.customer_id,
        customers.segment,
        customers.market,
        months.plan_name,
        months.month_start_date,
        months.currency_code,
        months.start_mrr_amount,
        months.end_mrr_amount,
        cast(
            months.end_mrr_amount - months.start_mrr_amount as decimal(18, 2)
        ) as movement_amount,
        case
            when months.end_mrr_amount = months.start_mrr_amount then null
            when
                coalesce(
                    months.month_start_date < first_payments.first_month_start_date,
                    true
                )
                then 'new'
            when months.start_mrr_amount = 0 then 'reactivation'
            when months.end_mrr_amount = 0 then 'churn'
            when months.end_mrr_amount > months.start_mrr_amount then 'expansion'
            else 'contraction'
        end as movement,
        months.is_paused,
        months.compared_with_date >= cast(
            {{ dbt.dateadd('month', 1, 'months.month_start_date') }} as date
        ) as is_complete,
        months.is_deleted,
        coalesce(customers.is_internal, false) as is_internal

    from months
    left join first_payments
        on months.subscription_id = first_payments.subscription_id
            and months.currency_code = first_payments.currency_code
    left join customers
        on months.customer_id = customers.customer_id
            and cast(months.month_start_date as timestamp) >= customers.valid_from
            and cast(months.month_start_date as timestamp) < customers.valid_to

)

select * from final
