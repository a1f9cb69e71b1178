-- Grain: one row per sales opportunity that counts, valued in the company's currency.
with

fct_opportunities as (

    select * from {{ ref('fct_opportunities') }}
    where not is_internal

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

-- A deal that closes on or after as_of is still open; its close date is a promise.
standing as (

    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.customer_id,
        coalesce(opportunities.owner_id, 'unknown') as owner_id,
        coalesce(opportunities.product_name, 'unknown') as product_name,
        opportunities.stage,
        opportunities.opened_on,
        opportunities.closed_on as close_on,
        opportunities.amount,
        opportunities.currency_code,
        case
            when coalesce(opportunities.closed_on < dim_run.as_of, true)
                then opportunities.outcome
        end as outcome,
        opportunities.outcome is null
        or coalesce(opportunities.closed_on >= dim_run.as_of, false) as is_open,
        least(coalesce(opportunities.closed_on, dim_run.as_of), dim_run.as_of)
            as valued_on,
        dim_run.as_of,
        dim_run.currency_code as reporting_currency_code

    from fct_opportunities as opportunities

    cross join dim_run

),

valued as (

    select
        standing.*,
        {{ reporting_hundredths('standing.amount', 'rates.exchange_rate') }}
            as reporting_hundredths

    from standing

    left join dim_exchange_rates as rates
        on {{ rate_in_force('rates', 'standing.currency_code', 'standing.valued_on') }}

),

final as (

    select
        valued.opportunity_id,
        valued.account_id,
        valued.customer_id,
        valued.owner_id,
        valued.product_name,
        valued.stage,
        valued.outcome,
        valued.is_open,
        valued.opened_on,
        valued.close_on,
        -- An open deal is followed up to as_of.
        case
            when
                valued.opened_on is not null
                and (valued.is_open or valued.close_on is not null)
                then greatest(cast({{ dbt.datediff(
                    'valued.opened_on',
                    'case when valued.is_open then valued.as_of else valued.close_on end',
                    'day'
                ) }} as integer), 0)
        end as duration_days,
        valued.amount,
        valued.currency_code,
        valued.reporting_currency_code,
        valued.reporting_hundredths,
        {{ real_hundredths(
            'valued.reporting_hundredths', 'dim_price_index.price_index'
        ) }} as real_hundredths

    from valued

    left join dim_price_index
        on valued.reporting_currency_code = dim_price_index.currency_code
            and dim_price_index.month_start_date
            = cast(date_trunc('month', valued.valued_on) as date)

)

select * from final
