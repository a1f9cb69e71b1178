-- Grain: one row per entry of what something cost in a month.
with

costs as (

    select * from {{ ref('int_billing__costs_latest') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        costs.cost_id,
        costs.source_id,
        costs.purpose,
        costs.channel,
        costs.program,
        costs.market,
        cast(date_trunc('month', costs.month_start_date) as date) as month_start_date,
        costs.amount,
        costs.currency_code

    from costs
    inner join run
        on {{ is_before_as_of('costs.month_start_date') }}

)

select * from final
