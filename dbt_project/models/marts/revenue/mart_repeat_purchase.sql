-- Grain: one row per market, segment and month of the company calendar with an order.
with

met_revenue_cells as (

    select * from {{ ref('met_revenue_cells') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

cells as (

    select
        cells.market_key as market,
        cells.segment_key as segment,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        dim_run.currency_code,
        cells.statistic,
        cells.numerator,
        cells.denominator,
        cells.n,
        cast(cells.local_date + interval 1 day * kpis.maturity_days as date)
        <= dim_run.as_of as is_mature

    from met_revenue_cells as cells

    inner join kpis
        on cells.kpi_id = kpis.kpi_id
            and cells.statistic = kpis.statistic
            and cells.definition_version = kpis.definition_version

    cross join dim_run

    inner join met_periods
        on cells.local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    where cells.kpi_id = 'K-REP'

),

summed as (

    select
        market,
        segment,
        period_type,
        period_start as month_start_date,
        period_end as month_end_date,
        currency_code,
        coalesce(
            cast(
                sum(denominator) filter (where statistic = 'within_90d')
                as bigint
            ),
            0
        ) as count_first_buyers,
        {%- for days in (90, 180, 365) %}
            coalesce(
                cast(
                    sum(denominator) filter (
                        where statistic = 'within_{{ days }}d' and is_mature
                    )
                    as bigint
                ),
                0
            ) as count_mature_{{ days }}d,
            coalesce(
                cast(
                    sum(numerator) filter (
                        where statistic = 'within_{{ days }}d' and is_mature
                    )
                    as bigint
                ),
                0
            ) as count_repeated_{{ days }}d,
        {%- endfor %}
        coalesce(
            cast(
                sum(n) filter (where statistic = 'revenue_share')
                as bigint
            ),
            0
        ) as count_order_days,
        cast(sum(denominator) filter (
            where statistic = 'revenue_share'
        ) as bigint) as revenue_hundredths,
        cast(sum(numerator) filter (
            where statistic = 'revenue_share'
        ) as bigint) as repeat_revenue_hundredfold

    from cells

    group by
        market,
        segment,
        period_type,
        period_start,
        period_end,
        currency_code

),

final as (

    select
        market,
        segment,
        period_type,
        month_start_date,
        month_end_date,
        count_first_buyers,
        {%- for days in (90, 180, 365) %}
            count_mature_{{ days }}d,
            count_repeated_{{ days }}d,
        {{ percentage(
            'count_repeated_' ~ days ~ 'd', 'count_mature_' ~ days ~ 'd'
        ) }} as repeat_{{ days }}d_pct,
        {{ percentage_bound(
            'count_repeated_' ~ days ~ 'd', 'count_mature_' ~ days ~ 'd', '-'
        ) }} as repeat_{{ days }}d_pct_ci_low,
        {{ percentage_bound(
            'count_repeated_' ~ days ~ 'd', 'count_mature_' ~ days ~ 'd', '+'
        ) }} as repeat_{{ days }}d_pct_ci_high,
        {%- endfor %}
        count_mature_90d < 30 as low_n,
        count_order_days,
        cast(revenue_hundredths / 100.0 as decimal(18, 2)) as revenue_amount,
        cast(repeat_revenue_hundredfold / 10000.0 as decimal(18, 2))
            as repeat_revenue_amount,
        round({{ ratio('repeat_revenue_hundredfold', 'revenue_hundredths') }}, 6)
            as repeat_revenue_pct,
        currency_code

    from summed

)

select * from final
