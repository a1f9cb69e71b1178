-- Grain: one row per team and quarter of an employee survey.
with

met_method_cells as (

    select * from {{ ref('met_method_cells') }}
    where kpi_id in ('K-ENPS', 'K-ENG')

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type = 'quarter'

),

kpis as (

    select max(minimum_cell) as minimum_cell

    from {{ ref('kpis') }}

    where kpi_id in ('K-ENPS', 'K-ENG')

),

counted as (

    select
        cells.team_key as team_name,
        met_periods.period_start,
        met_periods.period_end,
        cast(coalesce(sum(cells.n) filter (where cells.kpi_id = 'K-ENPS'), 0) as bigint)
            as count_recommendation_responses,
        cast(sum(cells.numerator) filter (where cells.kpi_id = 'K-ENPS') as bigint)
            as net_promoters,
        cast(
            sum(cells.sum_of_squares) filter (where cells.kpi_id = 'K-ENPS') as bigint
        ) as count_extremes,
        cast(coalesce(sum(cells.n) filter (where cells.kpi_id = 'K-ENG'), 0) as bigint)
            as count_engagement_responses,
        cast(sum(cells.numerator) filter (where cells.kpi_id = 'K-ENG') as bigint)
            as sum_engagement_thousandths

    from met_method_cells as cells

    inner join met_periods
        on cells.local_date = met_periods.calendar_date

    group by cells.team_key, met_periods.period_start, met_periods.period_end

),

hidden as (

    select
        counted.*,
        {{ is_hidden_cell(
            'counted.count_recommendation_responses', 'kpis.minimum_cell',
            'counted.period_start', 'counted.team_name'
        ) }} as is_enps_hidden,
        {{ is_hidden_cell(
            'counted.count_engagement_responses', 'kpis.minimum_cell',
            'counted.period_start', 'counted.team_name'
        ) }} as is_engagement_hidden

    from counted

    cross join kpis

),

shown as (

    select
        *,
        case when not is_enps_hidden then net_promoters end as shown_net_promoters,
        case when not is_engagement_hidden then sum_engagement_thousandths end
            as shown_engagement_thousandths

    from hidden

),

final as (

    select
        team_name,
        period_start,
        period_end,
        count_recommendation_responses,
        shown_net_promoters as net_promoters,
        {{ percentage('shown_net_promoters', 'count_recommendation_responses') }}
            as enps,
        case
            when not is_enps_hidden
                then {{ net_percentage_bound(
                    'net_promoters', 'count_extremes',
                    'count_recommendation_responses', '-'
                ) }}
        end as enps_ci_low,
        case
            when not is_enps_hidden
                then {{ net_percentage_bound(
                    'net_promoters', 'count_extremes',
                    'count_recommendation_responses', '+'
                ) }}
        end as enps_ci_high,
        is_enps_hidden,
        count_engagement_responses,
        round(
            {{ ratio('shown_engagement_thousandths', 'count_engagement_responses') }}
            / 1000,
            6
        ) as engagement_score,
        is_engagement_hidden,
        count_recommendation_responses < 30 as low_n

    from shown

)

select * from final
