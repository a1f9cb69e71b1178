{% set revenue_shares = [
    ('grr', 'K-GRR', 'value', 100),
    ('grr_real', 'K-GRR', 'real', 100),
    ('nrr', 'K-NRR', 'value', "cast('infinity' as double)"),
    ('nrr_real', 'K-NRR', 'real', "cast('infinity' as double)"),
] %}
-- Grain: one row per market, segment and ended month of the company calendar.
with

met_retention_cells as (

    select * from {{ ref('met_retention_cells') }}

),

met_lapse_cells as (

    select * from {{ ref('met_lapse_cells') }}

),

met_revenue_recurring_cells as (

    select * from {{ ref('met_revenue_recurring_cells') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Money of subscribers: the bridge, and shares that stay with their spread.
recurring as (

    select
        market,
        segment,
        period_type,
        period_start,
        {%- for statistic in (
            'opening', 'new', 'expansion', 'reactivation', 'contraction', 'churn',
            'value',
        ) %}
            cast(
                max(numerator) filter (
                    where kpi_id = 'K-MRR' and statistic = '{{ statistic }}'
                ) / 100.0 as decimal(18, 2)
            ) as {{ statistic }}_amount,
        {%- endfor %}
        {%- for column, kpi_id, statistic, _ in revenue_shares %}
            100 * max({{ ratio('numerator', 'denominator') }}) filter (
                where kpi_id = '{{ kpi_id }}' and statistic = '{{ statistic }}'
            ) as {{ column }}_pct,
            {{ normal_quantile() | trim }} * 100 * max({{ ratio_error(
                'numerator', 'denominator', 'n', 'sum_of_squares',
                'sum_denominator_squares', 'sum_cross_products'
            ) }}) filter (
                where kpi_id = '{{ kpi_id }}' and statistic = '{{ statistic }}'
            ) as {{ column }}_margin,
        {%- endfor %}
        max(n) filter (where kpi_id = 'K-GRR' and statistic = 'value')
            as count_paying_at_start

    from met_revenue_recurring_cells

    where kpi_id in ('K-MRR', 'K-GRR', 'K-NRR')

    group by market, segment, period_type, period_start

),

-- Subscribers and buyers need not live in the same cells; a cell of both is one.
keys as (

    select
        market,
        segment,
        period_type,
        period_start,
        period_end

    from met_retention_cells

    union

    select
        market,
        segment,
        period_type,
        period_start,
        period_end

    from met_lapse_cells

    union

    select
        market,
        segment,
        period_type,
        period_start,
        period_end

    from met_revenue_recurring_cells

),

cells as (

    select
        keys.market,
        keys.segment,
        keys.period_type,
        keys.period_start,
        keys.period_end,
        coalesce(subscribers.count_active_at_start, 0) as count_active_at_start,
        coalesce(subscribers.count_retained, 0) as count_retained,
        coalesce(subscribers.count_churned, 0) as count_churned,
        coalesce(subscribers.count_churned_voluntarily, 0) as count_churned_voluntarily,
        coalesce(subscribers.count_churned_involuntarily, 0)
            as count_churned_involuntarily,
        coalesce(subscribers.count_new, 0) as count_new,
        coalesce(subscribers.count_reactivated, 0) as count_reactivated,
        coalesce(subscribers.count_active_at_end, 0) as count_active_at_end,
        coalesce(buyers.count_active_buyers_at_start, 0)
            as count_active_buyers_at_start,
        coalesce(buyers.count_lapsed, 0) as count_lapsed,
        buyers.lapse_window_days,
        buyers.is_default_lapse_window

    from keys

    left join met_retention_cells as subscribers
        on keys.market = subscribers.market
            and keys.segment = subscribers.segment
            and keys.period_type = subscribers.period_type
            and keys.period_start = subscribers.period_start

    left join met_lapse_cells as buyers
        on keys.market = buyers.market
            and keys.segment = buyers.segment
            and keys.period_type = buyers.period_type
            and keys.period_start = buyers.period_start

),

final as (

    select
        cells.market,
        cells.segment,
        cells.period_type,
        cells.period_start as month_start_date,
        cells.period_end as month_end_date,
        cells.count_active_at_start,
        cells.count_retained,
        cells.count_churned,
        cells.count_churned_voluntarily,
        cells.count_churned_involuntarily,
        cells.count_new,
        cells.count_reactivated,
        cells.count_active_at_end,
        {{ percentage('cells.count_retained', 'cells.count_active_at_start') }}
            as retention_pct,
        {{ percentage_bound(
            'cells.count_retained', 'cells.count_active_at_start', '-'
        ) }} as retention_pct_ci_low,
        {{ percentage_bound(
            'cells.count_retained', 'cells.count_active_at_start', '+'
        ) }} as retention_pct_ci_high,
        {{ percentage('cells.count_churned', 'cells.count_active_at_start') }}
            as churn_pct,
        {{ percentage(
            'cells.count_churned_voluntarily', 'cells.count_active_at_start'
        ) }} as voluntary_churn_pct,
        {{ percentage(
            'cells.count_churned_involuntarily', 'cells.count_active_at_start'
        ) }} as involuntary_churn_pct,
        cells.count_active_at_start < 30 as low_n,
        cells.count_active_buyers_at_start,
        cells.count_lapsed,
        {{ percentage('cells.count_lapsed', 'cells.count_active_buyers_at_start') }}
            as lapse_pct,
        cells.lapse_window_days,
        cells.is_default_lapse_window,
        recurring.opening_amount as start_mrr_amount,
        recurring.new_amount as new_mrr_amount,
        recurring.expansion_amount as expansion_mrr_amount,
        recurring.reactivation_amount as reactivation_mrr_amount,
        recurring.contraction_amount as contraction_mrr_amount,
        recurring.churn_amount as churned_mrr_amount,
        recurring.value_amount as end_mrr_amount,
        recurring.count_paying_at_start,
        {%- for column, _, _, highest in revenue_shares %}
            round(recurring.{{ column }}_pct, 6) as {{ column }}_pct,
            case
                when recurring.{{ column }}_margin is not null
                    then round(greatest(
                            recurring.{{ column }}_pct - recurring.{{ column }}_margin,
                            0
                        ), 6)
            end as {{ column }}_pct_ci_low,
            case
                when recurring.{{ column }}_margin is not null
                    then round(least(
                            recurring.{{ column }}_pct + recurring.{{ column }}_margin,
                            {{ highest }}
                        ), 6)
            end as {{ column }}_pct_ci_high,
        {%- endfor %}
        case when recurring.opening_amount is not null then dim_run.currency_code end
            as currency_code

    from cells

    cross join dim_run

    left join recurring
        on cells.market = recurring.market
            and cells.segment = recurring.segment
            and cells.period_type = recurring.period_type
            and cells.period_start = recurring.period_start

    where
        cells.period_type
        = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

)

select * from final
