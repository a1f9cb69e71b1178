-- Grain: one row per product, market and month of the company calendar.
with

met_revenue_defects as (

    select * from {{ ref('met_revenue_defects') }}

),

fct_order_deliveries as (

    select * from {{ ref('fct_order_deliveries') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

events as (

    select
        product_name,
        market,
        local_date,
        count_units,
        count_returns,
        count_defect_contacts,
        0 as count_deliveries,
        0 as count_judged_deliveries,
        0 as count_perfect,
        0 as count_late,
        0 as count_incomplete,
        0 as count_damaged,
        0 as count_wrongly_documented

    from met_revenue_defects

    union all

    select
        product_name,
        coalesce(market, 'unknown') as market,
        delivered_local_date as local_date,
        0 as count_units,
        0 as count_returns,
        0 as count_defect_contacts,
        1 as count_deliveries,
        cast(is_perfect is not null as integer) as count_judged_deliveries,
        cast(coalesce(is_perfect, false) as integer) as count_perfect,
        cast(not coalesce(is_on_time, true) as integer) as count_late,
        cast(not coalesce(is_complete, true) as integer) as count_incomplete,
        cast(not coalesce(is_undamaged, true) as integer) as count_damaged,
        cast(not coalesce(is_correctly_documented, true) as integer)
            as count_wrongly_documented

    from fct_order_deliveries

    where
        not is_internal
        and delivered_local_date is not null
        and product_name is not null

),

summed as (

    select
        events.product_name,
        events.market,
        met_periods.period_type,
        met_periods.period_start as month_start_date,
        {%- for count in (
            'units', 'returns', 'defect_contacts', 'deliveries', 'judged_deliveries',
            'perfect', 'late', 'incomplete', 'damaged', 'wrongly_documented',
        ) %}
            cast(sum(events.count_{{ count }}) as bigint) as count_{{ count }},
        {%- endfor %}
        met_periods.period_end as month_end_date

    from events

    cross join dim_run

    inner join met_periods
        on events.local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    group by
        events.product_name,
        events.market,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

rated as (

    select
        *,
        1000 * {{ ratio('(count_returns + count_defect_contacts)', 'count_units') }}
            as defects_per_1000,
        {{ normal_quantile() | trim }} * 1000
        * sqrt(count_returns + count_defect_contacts) / nullif(count_units, 0)
            as defects_margin

    from summed

),

final as (

    select
        product_name,
        market,
        period_type,
        month_start_date,
        month_end_date,
        count_units,
        count_returns,
        count_defect_contacts,
        round(defects_per_1000, 6) as defects_per_1000,
        case
            when count_units > 0
                then round(greatest(defects_per_1000 - defects_margin, 0), 6)
        end as defects_per_1000_ci_low,
        round(defects_per_1000 + defects_margin, 6) as defects_per_1000_ci_high,
        count_deliveries,
        count_judged_deliveries,
        count_perfect,
        count_late,
        count_incomplete,
        count_damaged,
        count_wrongly_documented,
        {{ percentage('count_perfect', 'count_judged_deliveries') }}
            as perfect_order_pct,
        {{ percentage_bound('count_perfect', 'count_judged_deliveries', '-') }}
            as perfect_order_pct_ci_low,
        {{ percentage_bound('count_perfect', 'count_judged_deliveries', '+') }}
            as perfect_order_pct_ci_high,
        count_judged_deliveries < 30 as low_n

    from rated

)

select * from final
