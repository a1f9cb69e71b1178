-- Grain: one row per currency and period in which its rate held.
with

exchange_rates as (

    select * from {{ ref('exchange_rates') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

rates as (

    select
        exchange_rates.currency_code,
        exchange_rates.reporting_currency_code,
        exchange_rates.valid_from,
        exchange_rates.exchange_rate,
        exchange_rates.is_fictional

    from exchange_rates
    inner join run
        on exchange_rates.reporting_currency_code = run.currency_code
            and exchange_rates.currency_code <> run.currency_code
    union all
    select
        currency_code,
        currency_code as reporting_currency_code,
        cast('1900-01-01' as date) as valid_from,
        1 as exchange_rate,
        false as is_fictional

    from run

),

final as (

    select
        currency_code,
        reporting_currency_code,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by currency_code order by valid_from),
            cast('9999-12-31' as date)
        ) as valid_to,
        cast(exchange_rate as decimal(18, 6)) as exchange_rate,
        is_fictional

    from rates

)

select * from final
