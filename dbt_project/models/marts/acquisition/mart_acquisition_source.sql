-- Grain: one row per source of interest, market and month of the ledger.
with

met_acquisition_cells as (

    select * from {{ ref('met_acquisition_cells') }}

),

met_attribution_cells as (

    select * from {{ ref('met_attribution_cells') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

credits as (

    select
        cast(date_trunc('month', converted_on) as date) as month_start_date,
        market,
        acquisition_source,
        cast(sum(count_conversions) as bigint) as count_conversions,
        cast(sum(first_hundredths) as bigint) as first_hundredths,
        cast(sum(last_hundredths) as bigint) as last_hundredths,
        cast(sum(linear_hundredths) as bigint) as linear_hundredths,
        cast(sum(position_hundredths) as bigint) as position_hundredths,
        cast(sum(position_real_hundredths) as bigint) as position_real_hundredths

    from met_attribution_cells

    group by
        cast(date_trunc('month', converted_on) as date),
        market,
        acquisition_source

),

keys as (

    select
        acquisition_source,
        market,
        month_start_date

    from met_acquisition_cells

    union

    select
        acquisition_source,
        market,
        month_start_date

    from credits

),

joined as (

    select
        keys.acquisition_source,
        keys.market,
        keys.month_start_date,
        coalesce(credits.count_conversions, 0) as count_conversions,
        coalesce(credits.first_hundredths, 0) as first_hundredths,
        coalesce(credits.last_hundredths, 0) as last_hundredths,
        coalesce(credits.linear_hundredths, 0) as linear_hundredths,
        coalesce(credits.position_hundredths, 0) as position_hundredths,
        coalesce(credits.position_real_hundredths, 0) as position_real_hundredths,
        coalesce(cells.count_new_customers, 0) as count_new_customers,
        cells.acquisition_hundredths,
        cells.acquisition_real_hundredths,
        cells.retention_hundredths

    from keys

    left join credits
        on keys.acquisition_source = credits.acquisition_source
            and keys.market = credits.market
            and keys.month_start_date = credits.month_start_date

    left join met_acquisition_cells as cells
        on keys.acquisition_source = cells.acquisition_source
            and keys.market = cells.market
            and keys.month_start_date = cells.month_start_date

),

final as (

    select
        joined.acquisition_source,
        joined.market,
        joined.month_start_date,
        dim_run.currency_code,
        joined.count_conversions,
        {{ money('joined.first_hundredths') }} as first_touch_amount,
        {{ money('joined.last_hundredths') }} as last_touch_amount,
        {{ money('joined.linear_hundredths') }} as linear_amount,
        {{ money('joined.position_hundredths') }} as position_amount,
        {{ money('joined.position_real_hundredths') }} as position_real_amount,
        joined.count_new_customers,
        {{ money('joined.acquisition_hundredths') }} as acquisition_cost_amount,
        {{ money('joined.acquisition_real_hundredths') }}
            as acquisition_cost_real_amount,
        {{ money('joined.retention_hundredths') }} as retention_cost_amount,
        {{ money(ratio(
            'joined.acquisition_hundredths', 'joined.count_new_customers'
        )) }} as cost_per_new_customer_amount,
        joined.count_new_customers < 30 as low_n

    from joined

    cross join dim_run

    where joined.month_start_date < dim_run.as_of

)

select * from final
