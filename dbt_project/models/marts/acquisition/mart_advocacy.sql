-- Grain: one row per market, segment and month of the company calendar.
with

met_advocacy_cells as (

    select * from {{ ref('met_advocacy_cells') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        cells.market,
        cells.segment,
        cells.period_start as month_start_date,
        cells.period_end as month_end_date,
        cells.is_over,
        cells.count_active,
        cells.count_active_at_end,
        case when cells.is_over then cells.count_retained end as count_retained,
        cells.count_referrers,
        {{ percentage('cells.count_referrers', 'cells.count_active') }} as referrer_pct,
        {{ percentage_bound('cells.count_referrers', 'cells.count_active', '-') }}
            as referrer_pct_ci_low,
        {{ percentage_bound('cells.count_referrers', 'cells.count_active', '+') }}
            as referrer_pct_ci_high,
        cells.count_referrals,
        cells.count_mature_referrals,
        cells.count_converted,
        {{ percentage('cells.count_converted', 'cells.count_mature_referrals') }}
            as conversion_pct,
        {{ percentage_bound(
            'cells.count_converted', 'cells.count_mature_referrals', '-'
        ) }} as conversion_pct_ci_low,
        {{ percentage_bound(
            'cells.count_converted', 'cells.count_mature_referrals', '+'
        ) }} as conversion_pct_ci_high,
        case
            when cells.is_mature
                then round(
                        {{ ratio('cells.count_converted', 'cells.count_active') }}, 6
                    )
        end as k_factor,
        cells.is_mature,
        cells.count_advocates,
        {{ percentage('cells.count_advocates', 'cells.count_active_at_end') }}
            as advocate_pct,
        {{ percentage_bound(
            'cells.count_advocates', 'cells.count_active_at_end', '-'
        ) }} as advocate_pct_ci_low,
        {{ percentage_bound(
            'cells.count_advocates', 'cells.count_active_at_end', '+'
        ) }} as advocate_pct_ci_high,
        cells.count_active < 30 as low_n

    from met_advocacy_cells as cells

    cross join dim_run

    where
        cells.period_type
        = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

)

select * from final
