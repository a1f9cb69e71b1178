-- Grain: one row per renewal of a customer's contract, also one yet to fall due.
with

fct_renewals as (

    select * from {{ ref('fct_renewals') }}

),

met_currency_days as (

    select * from {{ ref('met_currency_days') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

notice_rules as (

    select max(threshold_milliseconds) / 86400000 as notice_days

    from kpis

    where kpi_id = 'K-NOTICE.R'

),

renewals as (

    select
        fct_renewals.*,
        dim_run.currency_code as reporting_currency_code,
        coalesce(fct_renewals.currency_code, dim_run.currency_code) as money_code,
        fct_renewals.due_on < dim_run.as_of and fct_renewals.timeliness <> 'void'
            as is_due

    from fct_renewals

    cross join dim_run

    where not fct_renewals.is_internal

),

final as (

    select
        renewals.renewal_id,
        renewals.subscription_id,
        renewals.customer_id,
        coalesce(renewals.market, 'unknown') as market,
        coalesce(renewals.segment, 'unknown') as segment,
        coalesce(renewals.plan_name, 'unknown') as product_name,
        renewals.due_on,
        renewals.grace_ends_on,
        renewals.renewed_on,
        renewals.timeliness as renewal_timeliness,
        renewals.days_late,
        renewals.is_due,
        -- Renewed on an unknown day is neither in time nor late.
        renewals.is_due and renewals.timeliness <> 'undated' as is_judged,
        renewals.is_grace_elapsed,
        renewals.is_due and renewals.timeliness = 'on_time' as is_renewed_on_time,
        renewals.is_due and renewals.timeliness in ('on_time', 'in_grace')
            as is_renewed_with_grace,
        renewals.first_noticed_at,
        renewals.notice_channel,
        renewals.notice_lead_days,
        coalesce(
            renewals.is_due and renewals.notice_lead_days >= notice_rules.notice_days,
            false
        ) as is_noticed_in_time,
        renewals.amount,
        renewals.money_code as currency_code,
        renewals.reporting_currency_code,
        {{ reporting_hundredths('renewals.amount', 'rates.exchange_rate') }}
            as reporting_hundredths,
        {{ real_hundredths(
            reporting_hundredths('renewals.amount', 'rates.exchange_rate'),
            'rates.price_index'
        ) }} as reporting_real_hundredths

    from renewals

    cross join notice_rules

    left join met_currency_days as rates
        on renewals.money_code = rates.currency_code
            and renewals.due_on = rates.calendar_date

)

select * from final
