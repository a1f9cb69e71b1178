-- Grain: one row per month, market and source: new customers, and what the ledger says.
with

fct_costs as (

    select * from {{ ref('fct_costs') }}
    where purpose in ('acquisition', 'retention')

),

met_acquisition_customers as (

    select * from {{ ref('met_acquisition_customers') }}

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

valued_costs as (

    select
        costs.month_start_date,
        coalesce(costs.market, 'unknown') as market,
        coalesce(costs.channel, 'unknown') as acquisition_source,
        costs.purpose,
        {{ reporting_hundredths('costs.amount', 'rates.exchange_rate') }}
            as cost_hundredths

    from fct_costs as costs

    left join dim_exchange_rates as rates
        on {{ rate_in_force('rates', 'costs.currency_code', 'costs.month_start_date') }}

),

parts as (

    select
        month_start_date,
        market,
        acquisition_source,
        case when purpose = 'acquisition' then cost_hundredths end
            as acquisition_hundredths,
        case when purpose = 'retention' then cost_hundredths end
            as retention_hundredths,
        0 as is_new_customer

    from valued_costs

    union all

    select
        cast(date_trunc('month', became_customer_on) as date) as month_start_date,
        market,
        acquisition_source,
        cast(null as bigint) as acquisition_hundredths,
        cast(null as bigint) as retention_hundredths,
        1 as is_new_customer

    from met_acquisition_customers

),

sums as (

    select
        month_start_date,
        market,
        acquisition_source,
        cast(sum(is_new_customer) as bigint) as count_new_customers,
        cast(sum(acquisition_hundredths) as bigint) as acquisition_hundredths,
        cast(sum(retention_hundredths) as bigint) as retention_hundredths

    from parts

    group by month_start_date, market, acquisition_source

),

final as (

    select
        sums.*,
        {{ real_hundredths(
            'sums.acquisition_hundredths', 'dim_price_index.price_index'
        ) }} as acquisition_real_hundredths,
        {{ real_hundredths(
            'sums.retention_hundredths', 'dim_price_index.price_index'
        ) }} as retention_real_hundredths

    from sums

    cross join dim_run

    left join dim_price_index
        on dim_run.currency_code = dim_price_index.currency_code
            and sums.month_start_date = dim_price_index.month_start_date

)

select * from final
