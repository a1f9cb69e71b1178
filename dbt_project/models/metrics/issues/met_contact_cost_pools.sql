-- Grain: one row per ended month, market and channel with contacts or with their cost.
with

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}

),

fct_costs as (

    select * from {{ ref('fct_costs') }}
    where purpose = 'service'

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

-- A month's ledger stands against a whole month's contacts.
contacts as (

    select
        month_start_date,
        market,
        channel,
        count(*) as count_contacts,
        0 as count_entries,
        0 as count_converted,
        0 as cost_hundredths

    from met_issue_contacts

    group by month_start_date, market, channel

),

costs as (

    select
        costs.month_start_date,
        coalesce(costs.market, 'unknown') as market,
        coalesce(costs.channel, 'unknown') as channel,
        0 as count_contacts,
        count(*) as count_entries,
        count(rates.exchange_rate) as count_converted,
        sum({{ reporting_hundredths('costs.amount', 'rates.exchange_rate') }})
            as cost_hundredths

    from fct_costs as costs

    left join dim_exchange_rates as rates
        on {{ rate_in_force('rates', 'costs.currency_code', 'costs.month_start_date') }}

    group by
        costs.month_start_date,
        coalesce(costs.market, 'unknown'),
        coalesce(costs.channel, 'unknown')

),

parts as (

    select * from contacts
    union all
    select * from costs

),

pools as (

    select
        month_start_date,
        market,
        channel,
        cast(sum(count_contacts) as bigint) as count_contacts,
        sum(count_entries) > 0 as has_ledger,
        -- An amount that cannot be converted leaves the sum unknown, not smaller.
        case
            when sum(count_entries) > 0 and sum(count_entries) = sum(count_converted)
                then cast(sum(cost_hundredths) as bigint)
        end as cost_hundredths

    from parts

    group by month_start_date, market, channel

),

final as (

    select
        pools.month_start_date,
        pools.market,
        pools.channel,
        pools.count_contacts,
        pools.has_ledger,
        bool_or(pools.has_ledger) over (
            partition by pools.month_start_date, pools.market
        ) as has_market_ledger,
        bool_or(pools.has_ledger) over (
            partition by pools.month_start_date, pools.channel
        ) as has_channel_ledger,
        -- Who is in no market was served for the same money: a month is one sum.
        bool_or(pools.has_ledger) over (partition by pools.month_start_date)
        and not bool_or(pools.has_ledger and pools.cost_hundredths is null) over (
            partition by pools.month_start_date
        ) as is_costed,
        pools.cost_hundredths,
        {{ real_hundredths('pools.cost_hundredths', 'prices.price_index') }}
            as real_cost_hundredths,
        dim_run.currency_code

    from pools

    cross join dim_run

    left join dim_price_index as prices
        on dim_run.currency_code = prices.currency_code
            and pools.month_start_date = prices.month_start_date

    where pools.month_start_date < date_trunc('month', dim_run.as_of)

)

select * from final
