{% set inputs = {
    'fct_order_deliveries': [
        'delivered_local_date', 'market', 'segment', 'product_name', 'is_perfect',
        'has_guide', 'guide_lag_milliseconds', 'is_internal',
    ],
    'met_revenue_order_days': [
        'ordered_on', 'first_ordered_on', 'next_ordered_on', 'market', 'segment',
        'revenue_amount',
    ],
    'met_revenue_defects': [
        'local_date', 'market', 'segment', 'product_name', 'count_units',
        'count_returns', 'count_defect_contacts',
    ],
} -%}
{{ grows_by_day('local_date', inputs, {'kpis': []}) }}
-- Grain: one row per KPI statistic, cell and local day: orders, deliveries, defects.
with

fct_order_deliveries as (

    {{ rows_of_changed_days('fct_order_deliveries', inputs) }}

),

met_revenue_order_days as (

    {{ rows_of_changed_days('met_revenue_order_days', inputs) }}

),

met_revenue_defects as (

    {{ rows_of_changed_days('met_revenue_defects', inputs) }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

-- A second order on the day of the first is the same purchase.
first_days as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        days.ordered_on as local_date,
        days.market,
        days.segment,
        count(*) as denominator,
        count(*) filter (
            where {{ dbt.datediff('days.ordered_on', 'days.next_ordered_on', 'day') }}
            <= kpis.threshold_milliseconds / 86400000
        ) as numerator

    from met_revenue_order_days as days

    inner join kpis
        on kpis.kpi_id = 'K-REP' and kpis.kind = 'proportion'

    where days.ordered_on = days.first_ordered_on

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        days.ordered_on,
        days.market,
        days.segment

),

-- In hundredths of money; the numerator a hundredfold again, for percent.
revenue_days as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        days.ordered_on as local_date,
        days.market,
        days.segment,
        cast(100 * days.revenue_amount as decimal(38, 0)) as revenue,
        case
            when days.ordered_on > days.first_ordered_on
                then cast(10000 * days.revenue_amount as decimal(38, 0))
            else cast(0 as decimal(38, 0))
        end as repeat_revenue

    from met_revenue_order_days as days

    inner join kpis
        on kpis.kpi_id = 'K-REP' and kpis.statistic = 'revenue_share'

    where days.revenue_amount is not null

),

deliveries as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        orders.delivered_local_date as local_date,
        coalesce(orders.market, 'unknown') as market,
        coalesce(orders.segment, 'unknown') as segment,
        orders.product_name,
        count(*) as denominator,
        count(*) filter (
            where case
                when kpis.kpi_id = 'K-PO' then orders.is_perfect
                else orders.guide_lag_milliseconds <= kpis.threshold_milliseconds
            end
        ) as numerator

    from fct_order_deliveries as orders

    inner join kpis
        on (kpis.kpi_id = 'K-PO' and orders.is_perfect is not null)
            or (kpis.kpi_id = 'K-ONB' and orders.has_guide)

    where not orders.is_internal

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        orders.delivered_local_date,
        orders.market,
        orders.segment,
        orders.product_name

),

-- Defects are events of Poisson over the units sold: their variance is their number.
defects as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        defects.local_date,
        defects.market,
        defects.segment,
        defects.product_name,
        defects.count_units,
        case kpis.statistic
            when 'returns' then defects.count_returns
            when 'contacts' then defects.count_defect_contacts
            else defects.count_returns + defects.count_defect_contacts
        end as count_defects

    from met_revenue_defects as defects

    inner join kpis
        on kpis.kpi_id = 'K-DEF'

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(market='market', segment='segment') }},
        numerator,
        denominator,
        denominator as n,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from first_days

    union all

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(market='market', segment='segment') }},
        cast(sum(repeat_revenue) as bigint) as numerator,
        cast(sum(revenue) as bigint) as denominator,
        count(*) as n,
        cast(sum(repeat_revenue * repeat_revenue) as decimal(38, 0)) as sum_of_squares,
        cast(sum(revenue * revenue) as decimal(38, 0)) as sum_denominator_squares,
        cast(sum(repeat_revenue * revenue) as decimal(38, 0)) as sum_cross_products

    from revenue_days

    group by kpi_id, definition_version, statistic, local_date, market, segment

    union all

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', product='product_name'
        ) }},
        numerator,
        denominator,
        denominator as n,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from deliveries

    union all

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', product='product_name'
        ) }},
        1000 * count_defects as numerator,
        count_units as denominator,
        count_units as n,
        cast(1000000 * count_defects as decimal(38, 0)) as sum_of_squares,
        cast(0 as decimal(38, 0)) as sum_denominator_squares,
        cast(0 as decimal(38, 0)) as sum_cross_products

    from defects

)

select * from final
