-- Grain: one row per customer and period: what recurs on its first day and after it.
with

fct_subscription_months as (

    select * from {{ ref('fct_subscription_months') }}

),

fct_referrals as (

    select * from {{ ref('fct_referrals') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}

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

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

contract_months as (

    select
        months.customer_id,
        months.currency_code,
        months.month_start_date,
        months.start_mrr_amount,
        months.end_mrr_amount,
        months.is_paused,
        min(
            case when months.start_mrr_amount > 0 then months.month_start_date end
        ) over (partition by months.customer_id) as first_paid_on

    from fct_subscription_months as months

    where not months.is_internal

),

-- The period that runs ends, for the time being, on as_of.
periods as (

    select
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        least(met_periods.period_end, dim_run.as_of) as compared_with_date,
        cast(date_trunc('month', {{ dbt.dateadd(
            'day', -1, 'least(met_periods.period_end, dim_run.as_of)'
        ) }}) as date) as last_month_start_date,
        met_periods.period_end <= dim_run.as_of as is_complete

    from met_periods

    cross join dim_run

    inner join kpis
        on kpis.kpi_id = 'K-MRR'
            and kpis.statistic = 'value'
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

),

months_in_periods as (

    select
        contract_months.*,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.compared_with_date,
        periods.is_complete,
        contract_months.month_start_date = periods.period_start as is_first_month,
        contract_months.month_start_date = periods.last_month_start_date
            as is_last_month

    from contract_months

    inner join periods
        on contract_months.month_start_date = periods.calendar_date

),

amounts as (

    select
        customer_id,
        currency_code,
        period_type,
        period_start,
        period_end,
        compared_with_date,
        is_complete,
        first_paid_on,
        cast(
            sum(case when is_first_month then start_mrr_amount else 0 end)
            as decimal(18, 2)
        ) as start_amount,
        cast(
            sum(case when is_last_month then end_mrr_amount else 0 end)
            as decimal(18, 2)
        ) as end_amount,
        bool_or(is_last_month and is_paused) as is_paused

    from months_in_periods

    group by
        customer_id,
        currency_code,
        period_type,
        period_start,
        period_end,
        compared_with_date,
        is_complete,
        first_paid_on

),

-- One rate for both sides. Prices are those of each side's own month, in the money of
-- the base month at the rate of that month: a contract that never rises loses.
rated as (

    select
        amounts.*,
        rates.exchange_rate,
        100 * base_rates.exchange_rate / start_prices.price_index as start_real_rate,
        100 * base_rates.exchange_rate / end_prices.price_index as end_real_rate

    from amounts

    left join dim_exchange_rates as rates
        on {{ rate_in_force('rates', 'amounts.currency_code', 'amounts.period_start') }}

    left join dim_price_index as start_prices
        on amounts.currency_code = start_prices.currency_code
            and amounts.period_start = start_prices.month_start_date

    left join dim_price_index as end_prices
        on amounts.currency_code = end_prices.currency_code
            and cast(date_trunc('month', amounts.compared_with_date) as date)
            = end_prices.month_start_date

    left join dim_exchange_rates as base_rates
        on {{ rate_in_force(
            'base_rates', 'amounts.currency_code', 'end_prices.base_month_start_date'
        ) }}

),

-- Nothing is nothing at any rate.
converted as (

    select
        *,
        case
            when start_amount = 0 then 0 else round(start_amount * exchange_rate, 2)
        end as start_mrr,
        case
            when end_amount = 0 then 0 else round(end_amount * exchange_rate, 2)
        end as end_mrr,
        case
            when start_amount = 0 then 0 else round(start_amount * start_real_rate, 2)
        end as start_mrr_real,
        case
            when end_amount = 0 then 0 else round(end_amount * end_real_rate, 2)
        end as end_mrr_real

    from rated

),

-- A rate or index that is missing leaves both sides of the customer unknown.
customers_in_periods as (

    select
        customer_id,
        period_type,
        period_start,
        period_end,
        is_complete,
        first_paid_on is not null and first_paid_on < period_start as has_had_mrr,
        bool_or(is_paused) as is_paused,
        case
            when count(start_mrr + end_mrr) = count(*)
                then sum(cast(start_mrr as decimal(18, 2)))
        end as start_mrr,
        case
            when count(start_mrr + end_mrr) = count(*)
                then sum(cast(end_mrr as decimal(18, 2)))
        end as end_mrr,
        case
            when count(start_mrr_real + end_mrr_real) = count(*)
                then sum(cast(start_mrr_real as decimal(18, 2)))
        end as start_mrr_real,
        case
            when count(start_mrr_real + end_mrr_real) = count(*)
                then sum(cast(end_mrr_real as decimal(18, 2)))
        end as end_mrr_real

    from converted

    group by
        customer_id,
        period_type,
        period_start,
        period_end,
        is_complete,
        first_paid_on

),

referred_customers as (

    select
        referred_customer_id as customer_id,
        min(referred_local_date) as referred_on

    from fct_referrals

    where is_credited and referred_customer_id is not null and not is_internal

    group by referred_customer_id

),

-- The order of the tests matters: who returns has not expanded.
final as (

    select
        customers.customer_id,
        customers.period_type,
        customers.period_start,
        customers.period_end,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment,
        customers.is_complete,
        customers.is_paused,
        {%- for suffix in ('', '_real') %}
            {%- set start = 'customers.start_mrr' ~ suffix %}
            {%- set end = 'customers.end_mrr' ~ suffix %}
            cast({{ start }} as decimal(18, 2))
                as start_mrr{{ suffix }}_amount,
            cast({{ end }} as decimal(18, 2)) as end_mrr{{ suffix }}_amount,
            cast({{ end }} - {{ start }} as decimal(18, 2))
                as movement{{ suffix }}_amount,
            case
                when {{ end }} = {{ start }} then null
                when {{ start }} = 0 and not customers.has_had_mrr then 'new'
                when {{ start }} = 0 then 'reactivation'
                when {{ end }} = 0 then 'churn'
                when {{ end }} > {{ start }} then 'expansion'
                when {{ end }} < {{ start }} then 'contraction'
            end as movement{{ suffix }},
        {%- endfor %}
        coalesce(referred_customers.referred_on < customers.period_end, false)
            as is_referred

    from customers_in_periods as customers

    left join dim_customers
        on customers.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(customers.period_start as timestamp)
            and dim_customers.valid_to > cast(customers.period_start as timestamp)

    left join referred_customers
        on customers.customer_id = referred_customers.customer_id

)

select * from final
