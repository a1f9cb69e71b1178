-- Grain: one row per day of conversion, market and source of interest.
with

met_attribution_credits as (

    select * from {{ ref('met_attribution_credits') }}
    where value_hundredths is not null

),

dim_price_index as (

    select * from {{ ref('dim_price_index') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

cells as (

    select
        converted_on,
        market,
        acquisition_source,
        count(distinct order_id) as count_conversions,
        cast(sum(first_hundredths) as bigint) as first_hundredths,
        cast(sum(last_hundredths) as bigint) as last_hundredths,
        cast(sum(linear_hundredths) as bigint) as linear_hundredths,
        cast(sum(position_hundredths) as bigint) as position_hundredths

    from met_attribution_credits

    group by converted_on, market, acquisition_source

),

final as (

    select
        cells.*,
        {{ real_hundredths(
            'cells.first_hundredths', 'dim_price_index.price_index'
        ) }} as first_real_hundredths,
        {{ real_hundredths(
            'cells.last_hundredths', 'dim_price_index.price_index'
        ) }} as last_real_hundredths,
        {{ real_hundredths(
            'cells.linear_hundredths', 'dim_price_index.price_index'
        ) }} as linear_real_hundredths,
        {{ real_hundredths(
            'cells.position_hundredths', 'dim_price_index.price_index'
        ) }} as position_real_hundredths

    from cells

    cross join dim_run

    left join dim_price_index
        on dim_run.currency_code = dim_price_index.currency_code
            and dim_price_index.month_start_date
            = cast(date_trunc('month', cells.converted_on) as date)

)

select * from final
