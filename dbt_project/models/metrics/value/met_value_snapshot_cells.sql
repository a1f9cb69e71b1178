-- Grain: one row per KPI statistic, segment and market as of the run: additive parts.
with

met_value_customers as (

    select * from {{ ref('met_value_customers') }}

),

met_value_rfm_scores as (

    select * from {{ ref('met_value_rfm_scores') }}

),

met_value_risk_scores as (

    select * from {{ ref('met_value_risk_scores') }}

),

met_value_wallets as (

    select * from {{ ref('met_value_wallets') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

-- One row per customer and statistic; shares are sums of noughts and ones.
units as (

    select
        'K-CLV.H mean' as kpi_statistic,
        segment,
        market,
        {{ hundredths('clv_historic_amount') }} as numerator,
        1 as denominator

    from met_value_customers

    union all

    select
        'K-CLV.H mean_real' as kpi_statistic,
        segment,
        market,
        {{ hundredths('clv_historic_real_amount') }} as numerator,
        1 as denominator

    from met_value_customers

    union all

    select
        'K-RFM value' as kpi_statistic,
        segment,
        market,
        cast(is_best_customer as bigint) as numerator,
        1 as denominator

    from met_value_rfm_scores

    union all

    select
        'K-SOW value' as kpi_statistic,
        segment,
        market,
        {{ hundredths('own_amount') }} * 100 as numerator,
        {{ hundredths('category_amount') }} as denominator

    from met_value_wallets

    where is_counted

    union all

    select
        'K-SOW allocation' as kpi_statistic,
        segment,
        market,
        cast(round(10000 * wallet_allocation_pct) as bigint) as numerator,
        1 as denominator

    from met_value_wallets

    where wallet_allocation_pct is not null

    union all

    select
        'K-RISK value' as kpi_statistic,
        segment,
        market,
        cast(risk_band = 'high' as bigint) as numerator,
        1 as denominator

    from met_value_risk_scores

    where is_of_today

    union all

    select
        'K-RISK mean' as kpi_statistic,
        segment,
        market,
        cast(risk_score as bigint) as numerator,
        1 as denominator

    from met_value_risk_scores

    where is_of_today

    union all

    select
        'K-RISK no_signal' as kpi_statistic,
        segment,
        market,
        cast(not has_survey_signal as bigint) as numerator,
        1 as denominator

    from met_value_risk_scores

    where is_of_today

    union all

    select
        'K-RISK precision' as kpi_statistic,
        segment,
        market,
        cast(has_left as bigint) as numerator,
        1 as denominator

    from met_value_risk_scores

    where not is_of_today and risk_band = 'high'

    union all

    select
        'K-RISK recall' as kpi_statistic,
        segment,
        market,
        cast(risk_band = 'high' as bigint) as numerator,
        1 as denominator

    from met_value_risk_scores

    where not is_of_today and has_left

    union all

    select
        'K-RAR value' as kpi_statistic,
        segment,
        market,
        {{ hundredths('revenue_last_12m_amount') }} as numerator,
        1 as denominator

    from met_value_risk_scores

    where
        is_of_today
        and risk_band = 'high'
        and revenue_last_12m_amount is not null

    union all

    select
        'K-RAR real' as kpi_statistic,
        segment,
        market,
        {{ hundredths('revenue_last_12m_real_amount') }} as numerator,
        1 as denominator

    from met_value_risk_scores

    where
        is_of_today
        and risk_band = 'high'
        and revenue_last_12m_real_amount is not null

    union all

    select
        'K-RAR with_complaint' as kpi_statistic,
        segment,
        market,
        cast(count_open_complaints > 0 as bigint) as numerator,
        1 as denominator

    from met_value_risk_scores

    where is_of_today and risk_band = 'high'

    union all

    select
        'K-RAR no_value' as kpi_statistic,
        segment,
        market,
        cast(revenue_last_12m_real_amount is null as bigint) as numerator,
        1 as denominator

    from met_value_risk_scores

    where is_of_today and risk_band = 'high'

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.kind,
        kpis.grains,
        kpis.period_types,
        units.segment,
        units.market,
        cast(sum(units.numerator) as bigint) as numerator,
        cast(sum(units.denominator) as bigint) as denominator,
        count(*) as n,
        cast(sum(
            cast(units.numerator as decimal(19, 0))
            * cast(units.numerator as decimal(19, 0))
        ) as decimal(38, 0)) as sum_of_squares,
        cast(sum(
            cast(units.denominator as decimal(19, 0))
            * cast(units.denominator as decimal(19, 0))
        ) as decimal(38, 0)) as sum_denominator_squares,
        cast(sum(
            cast(units.numerator as decimal(19, 0))
            * cast(units.denominator as decimal(19, 0))
        ) as decimal(38, 0)) as sum_cross_products

    from units

    inner join kpis
        on units.kpi_statistic = concat(kpis.kpi_id, ' ', kpis.statistic)

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.kind,
        kpis.grains,
        kpis.period_types,
        units.segment,
        units.market

)

select * from final
