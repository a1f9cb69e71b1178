{% set inputs = {
    'fct_orders': [
        'ordered_local_date', 'customer_id', 'product_name', 'status', 'currency_code',
        'amount', 'is_internal',
    ],
    'met_value_payments': [
        'paid_local_date', 'customer_id', 'status', 'currency_code', 'amount',
        'is_of_order', 'product_name',
    ],
    'fct_interactions': [
        'started_local_date', 'customer_id', 'touch_kind', 'channel', 'purpose',
        'direction', 'outcome', 'is_internal',
    ],
} -%}
{% set tables = {
    'dim_run': ['currency_code'], 'dim_exchange_rates': [], 'dim_price_index': [],
    'value_margins': [], 'contact_costs': [],
} -%}
{{ grows_by_day('local_date', inputs, tables) }}
-- Grain: one row per person, local day and kind of entry in the person's account.
with

fct_orders as (

    {{ rows_of_changed_days('fct_orders', inputs) }}

),

met_value_payments as (

    {{ rows_of_changed_days('met_value_payments', inputs) }}

),

fct_interactions as (

    {{ rows_of_changed_days('fct_interactions', inputs) }}

),

dim_exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

dim_price_index as (

    select * from {{ ref('dim_price_index') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

value_margins as (

    select * from {{ ref('value_margins') }}

),

contact_costs as (

    select * from {{ ref('contact_costs') }}

),

-- What is sent back earns nothing; a credit note is a row with a negative amount.
orders as (

    select
        customer_id,
        ordered_local_date as local_date,
        case when amount < 0 then 'refund' else 'order' end as entry_kind,
        product_name as margin_key,
        currency_code,
        amount

    from fct_orders

    where
        not is_internal
        and customer_id is not null
        and (
            (status = 'completed' and amount <> 0)
            or (status = 'returned' and amount < 0)
        )

),

-- What is paid back of an order lowers what it brought.
payments as (

    select
        customer_id,
        paid_local_date as local_date,
        case when is_of_order then 'refund' else 'contract' end as entry_kind,
        case when is_of_order then product_name else 'contract' end as margin_key,
        currency_code,
        case when status = 'refunded' then -amount else amount end as amount

    from met_value_payments

),

margin_periods as (

    select
        product_name,
        valid_from,
        lead(valid_from, 1, date '9999-12-31') over (
            partition by product_name order by valid_from
        ) as valid_to,
        margin_rate

    from value_margins

),

revenues as (

    select * from orders
    union all
    select * from payments

),

priced_revenues as (

    select
        revenues.customer_id,
        revenues.local_date,
        revenues.entry_kind,
        cast(revenues.amount * rates.exchange_rate as decimal(18, 2))
            as revenue_amount,
        coalesce(own_margins.margin_rate, general_margins.margin_rate) as margin_rate

    from revenues

    left join dim_exchange_rates as rates
        on {{ rate_in_force('rates', 'revenues.currency_code', 'revenues.local_date') }}

    left join margin_periods as own_margins
        on revenues.margin_key = own_margins.product_name
            and revenues.local_date >= own_margins.valid_from
            and revenues.local_date < own_margins.valid_to

    left join margin_periods as general_margins
        on general_margins.product_name = '*'
            and revenues.local_date >= general_margins.valid_from
            and revenues.local_date < general_margins.valid_to

),

-- Handled contacts only: who gave up cost nothing.
contacts as (

    select
        customer_id,
        started_local_date as local_date,
        coalesce(channel, '*') as channel,
        count(*) as count_contacts

    from fct_interactions

    where
        not is_internal
        and customer_id is not null
        and purpose = 'service'
        and coalesce(direction, 'inbound') = 'inbound'
        and (
            touch_kind in ('ticket', 'touch')
            or (touch_kind = 'call' and outcome = 'answered')
        )

    group by customer_id, started_local_date, coalesce(channel, '*')

),

cost_periods as (

    select
        channel,
        currency_code,
        valid_from,
        lead(valid_from, 1, date '9999-12-31') over (
            partition by channel order by valid_from
        ) as valid_to,
        cost_amount

    from contact_costs

),

priced_costs as (

    select
        costs.channel,
        greatest(costs.valid_from, rates.valid_from) as valid_from,
        least(costs.valid_to, rates.valid_to) as valid_to,
        cast(costs.cost_amount * rates.exchange_rate as decimal(18, 2))
            as cost_amount

    from cost_periods as costs

    inner join dim_exchange_rates as rates
        on costs.currency_code = rates.currency_code
            and costs.valid_from < rates.valid_to
            and costs.valid_to > rates.valid_from

),

entries as (

    select
        customer_id,
        local_date,
        entry_kind,
        revenue_amount,
        cast(revenue_amount * margin_rate as decimal(18, 2)) as margin_amount,
        cast(0 as decimal(18, 2)) as service_cost_amount,
        0 as count_contacts

    from priced_revenues

    union all

    select
        contacts.customer_id,
        contacts.local_date,
        'contact' as entry_kind,
        cast(0 as decimal(18, 2)) as revenue_amount,
        cast(0 as decimal(18, 2)) as margin_amount,
        cast(
            contacts.count_contacts
            * coalesce(own_costs.cost_amount, general_costs.cost_amount)
            as decimal(18, 2)
        ) as service_cost_amount,
        contacts.count_contacts

    from contacts

    left join priced_costs as own_costs
        on contacts.channel = own_costs.channel
            and contacts.local_date >= own_costs.valid_from
            and contacts.local_date < own_costs.valid_to

    left join priced_costs as general_costs
        on general_costs.channel = '*'
            and contacts.local_date >= general_costs.valid_from
            and contacts.local_date < general_costs.valid_to

),

-- Real amounts are in prices of the base month of the reporting currency.
final as (

    select
        entries.customer_id,
        entries.local_date,
        entries.entry_kind,
        cast(sum(entries.revenue_amount) as decimal(18, 2)) as revenue_amount,
        cast(sum(entries.margin_amount) as decimal(18, 2)) as margin_amount,
        cast(sum(entries.service_cost_amount) as decimal(18, 2))
            as service_cost_amount,
        cast(sum(cast(
            entries.revenue_amount * 100 / prices.price_index as decimal(18, 2)
        )) as decimal(18, 2)) as revenue_real_amount,
        cast(sum(cast(
            entries.margin_amount * 100 / prices.price_index as decimal(18, 2)
        )) as decimal(18, 2)) as margin_real_amount,
        cast(sum(cast(
            entries.service_cost_amount * 100 / prices.price_index
            as decimal(18, 2)
        )) as decimal(18, 2)) as service_cost_real_amount,
        cast(sum(entries.count_contacts) as bigint) as count_contacts,
        count(*) filter (
            where entries.margin_amount is null
            or entries.service_cost_amount is null
            or prices.price_index is null
        ) as count_unpriced

    from entries

    cross join dim_run

    left join dim_price_index as prices
        on dim_run.currency_code = prices.currency_code
            and cast(date_trunc('month', entries.local_date) as date)
            = prices.month_start_date

    where entries.local_date < dim_run.as_of

    group by entries.customer_id, entries.local_date, entries.entry_kind

)

select * from final
