-- Grain: one row per currency and day: what turns its money into reporting currency.
with

dim_calendar as (

    select * from {{ ref('dim_calendar') }}

),

dim_exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

dim_price_index as (

    select * from {{ ref('dim_price_index') }}

),

final as (

    select
        rates.currency_code,
        rates.reporting_currency_code,
        dim_calendar.calendar_date,
        rates.exchange_rate,
        price_index.price_index

    from dim_calendar

    inner join dim_exchange_rates as rates
        on dim_calendar.calendar_date >= rates.valid_from
            and dim_calendar.calendar_date < rates.valid_to

    left join dim_price_index as price_index
        on rates.reporting_currency_code = price_index.currency_code
            and dim_calendar.month_start_date = price_index.month_start_date

)

select * from final
