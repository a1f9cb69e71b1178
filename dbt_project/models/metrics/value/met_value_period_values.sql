-- Grain: one row per KPI statistic, grain key and period: economics and linkage by
-- year, segments by month.
with

met_value_uplifts as (

    select * from {{ ref('met_value_uplifts') }}
    where is_own_retention and is_own_discount

),

met_value_linkage as (

    select * from {{ ref('met_value_linkage') }}

),

met_value_programs as (

    select * from {{ ref('met_value_programs') }}
    where estimation_status = 'estimable'

),

met_value_segment_shares as (

    select * from {{ ref('met_value_segment_shares') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'value'

),

economics as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        uplifts.grain_name,
        uplifts.grain_key,
        'year' as period_type,
        uplifts.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        uplifts.count_active_at_start as n,
        uplifts.count_active_at_start as n_with_immature,
        case concat(kpis.kpi_id, ' ', kpis.statistic)
            when 'K-CLV.S value' then uplifts.clv_end_amount
            when 'K-CLV.S immediate' then uplifts.clv_immediate_amount
            when 'K-CLV.S real' then uplifts.clv_end_real_amount
            when 'K-CLV.S immediate_real' then uplifts.clv_immediate_real_amount
            when 'K-RECON value' then uplifts.uplift_5_points_immediate_pct
            when 'K-RECON points_end' then uplifts.uplift_5_points_end_pct
            when 'K-RECON percent' then uplifts.uplift_5_percent_immediate_pct
            when 'K-RECON percent_end' then uplifts.uplift_5_percent_end_pct
        end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from met_value_uplifts as uplifts

    inner join kpis
        on kpis.kpi_id in ('K-CLV.S', 'K-RECON')

),

linkage as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        linkage.grain_name,
        linkage.grain_key,
        'year' as period_type,
        linkage.year_start_date as period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        linkage.count_answers as n,
        linkage.count_with_immature as n_with_immature,
        case
            when kpis.statistic in ('value', 'real')
                then linkage.promoter_mean / nullif(linkage.detractor_mean, 0)
            when kpis.statistic in ('slope', 'slope_real') then linkage.slope
            else linkage.spearman
        end as value,
        case
            when kpis.statistic in ('slope', 'slope_real') then linkage.slope_error
        end as standard_error,
        case
            when kpis.statistic in ('slope', 'slope_real') then linkage.slope_ci_low
        end as ci_low,
        case
            when kpis.statistic in ('slope', 'slope_real') then linkage.slope_ci_high
        end as ci_high

    from met_value_linkage as linkage

    -- With inflation the rank of revenue is that of the real one.
    inner join kpis
        on kpis.kpi_id = 'K-LINK'
            and case
                when kpis.statistic in ('value', 'slope') then 'nominal'
                else 'real'
            end = linkage.money_kind

),

-- A share is a set of persons in all of them; the drift is one number of the company.
segments as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        case when kpis.statistic = 'value' then 'segment' else 'company' end
            as grain_name,
        case when kpis.statistic = 'value' then shares.segment else 'company' end
            as grain_key,
        shares.period_type,
        shares.period_start,
        case when kpis.statistic = 'value' then shares.count_customers end
            as numerator,
        case when kpis.statistic = 'value' then shares.count_all_customers end
            as denominator,
        shares.count_all_customers as n,
        shares.count_all_customers as n_with_immature,
        case when kpis.statistic = 'drift' then shares.stability_index end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from met_value_segment_shares as shares

    inner join kpis
        on kpis.kpi_id = 'K-SEG'
            and concat('|', kpis.period_types, '|')
            like concat('%|', shares.period_type, '|%')

    -- Every segment carries the same drift.
    qualify kpis.statistic = 'value' or row_number() over (
            partition by kpis.statistic, shares.period_type, shares.period_start
            order by shares.segment
        ) = 1

),

-- A range and no point: where nobody was drawn by lot, a point would look like a proof.
programs as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'program' as grain_name,
        programs.program as grain_key,
        'year' as period_type,
        programs.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        least(programs.count_treated, programs.count_comparison) as n,
        least(programs.count_treated, programs.count_comparison) as n_with_immature,
        case kpis.statistic
            when 'low' then programs.roi_low_pct
            when 'high' then programs.roi_high_pct
            when 'low_real' then programs.roi_real_low_pct
            when 'high_real' then programs.roi_real_high_pct
        end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from met_value_programs as programs

    inner join kpis
        on kpis.kpi_id = 'K-ROI'

),

unified as (

    select * from economics
    union all
    select * from linkage
    union all
    select * from segments
    union all
    select * from programs

),

final as (

    select
        {{ kpi_key() }},
        numerator,
        denominator,
        n,
        n_with_immature,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        value,
        standard_error,
        ci_low,
        ci_high

    from unified

    -- One answer has no slope, and beyond full retention nothing rises.
    where coalesce(value, numerator) is not null

)

select * from final
