-- Grain: one row per day of judgement and customer who has not left by then.
with

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}

),

met_lapse_windows as (

    select * from {{ ref('met_lapse_windows') }}

),

-- What a contact cost is no revenue.
met_value_entries as (

    select * from {{ ref('met_value_entries') }}
    where entry_kind <> 'contact'

),

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

reference_days as (

    select as_of as reference_date
    from dim_run

    union all

    select
        cast(
            date_trunc('month', as_of)
            - interval 1 month * {{ var('risk_backtest_months') }} as date
        ) as reference_date
    from dim_run

),

-- Whoever has lapsed or left by then is to be won back, not kept.
customers as (

    select
        reference_days.reference_date,
        spells.customer_id,
        coalesce(dim_customers.segment, 'unknown') as segment,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(
            windows.window_days, {{ var('lapse_window_days') }}
        ) as lapse_window_days

    from reference_days

    inner join met_lifecycle_spells as spells
        on reference_days.reference_date > spells.entered_on
            and reference_days.reference_date
            <= coalesce(spells.left_on, date '9999-12-31')

    left join met_lifecycle_spells as next_spells
        on spells.customer_id = next_spells.customer_id
            and reference_days.reference_date = next_spells.entered_on
            and next_spells.lifecycle_state in ('lapsed', 'churned')

    left join dim_customers
        on spells.customer_id = dim_customers.customer_id
            and dim_customers.valid_from
            <= cast(reference_days.reference_date as timestamp)
            and dim_customers.valid_to
            > cast(reference_days.reference_date as timestamp)

    left join met_lapse_windows as windows
        on reference_days.reference_date = windows.reference_date
            and coalesce(dim_customers.segment, 'unknown') = windows.segment

    where
        spells.lifecycle_state in ('new', 'active', 'advocate', 'won_back')
        and next_spells.customer_id is null
        and not coalesce(dim_customers.is_internal, false)

),

accounts as (

    select
        reference_days.reference_date,
        entries.customer_id,
        max(entries.local_date) filter (where entries.entry_kind = 'order')
            as last_order_date,
        cast(
            sum(entries.revenue_amount) filter (
                where entries.local_date
                >= cast(reference_days.reference_date - interval 12 month as date)
            ) as decimal(18, 2)
        ) as revenue_last_12m_amount,
        cast(
            sum(entries.revenue_real_amount) filter (
                where entries.local_date
                >= cast(reference_days.reference_date - interval 12 month as date)
            ) as decimal(18, 2)
        ) as revenue_last_12m_real_amount

    from reference_days

    inner join met_value_entries as entries
        on reference_days.reference_date > entries.local_date

    group by reference_days.reference_date, entries.customer_id

),

final as (

    select
        customers.reference_date,
        customers.customer_id,
        customers.segment,
        customers.market,
        customers.lapse_window_days,
        accounts.last_order_date,
        cast({{ dbt.datediff(
            'accounts.last_order_date', 'customers.reference_date', 'day'
        ) }} as integer) as days_since_last_order,
        accounts.revenue_last_12m_amount,
        accounts.revenue_last_12m_real_amount

    from customers

    left join accounts
        on customers.reference_date = accounts.reference_date
            and customers.customer_id = accounts.customer_id

)

select * from final
