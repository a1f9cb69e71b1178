-- Grain: one row per group of stakeholders and quarter.
with

met_method_cells as (

    select * from {{ ref('met_method_cells') }}
    where kpi_id = 'K-REPU'

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type = 'quarter'

),

stakeholder_weights as (

    select * from {{ ref('stakeholder_weights') }}

),

t_quantiles as (

    select * from {{ ref('t_quantiles') }}

),

kpis as (

    select max(minimum_cell) as minimum_cell

    from {{ ref('kpis') }}

    where kpi_id = 'K-REPU'

),

counted as (

    select
        cells.stakeholder_key as stakeholder,
        met_periods.period_start,
        met_periods.period_end,
        cast(sum(cells.n) as bigint) as count_responses,
        cast(sum(cells.numerator) as bigint) as sum_of_thousandths,
        cast(sum(cells.sum_of_squares) as decimal(38, 0)) as sum_of_squares

    from met_method_cells as cells

    inner join met_periods
        on cells.local_date = met_periods.calendar_date

    group by cells.stakeholder_key, met_periods.period_start, met_periods.period_end

),

hidden as (

    select
        counted.*,
        {{ is_hidden_cell(
            'counted.count_responses', 'kpis.minimum_cell',
            'counted.period_start', 'counted.stakeholder'
        ) }} as is_hidden

    from counted

    cross join kpis

),

shown as (

    select
        *,
        case when not is_hidden then sum_of_thousandths end as shown_thousandths

    from hidden

),

final as (

    select
        shown.stakeholder,
        shown.period_start,
        shown.period_end,
        shown.count_responses,
        shown.shown_thousandths as sum_of_thousandths,
        stakeholder_weights.weight,
        round(
            {{ ratio('shown.shown_thousandths', 'shown.count_responses') }} / 1000, 6
        ) as reputation_score,
        case
            when not shown.is_hidden
                then round({{ mean_bound(
                    'shown.shown_thousandths', 'shown.sum_of_squares',
                    'shown.count_responses', 't_quantiles.t_quantile', '-', 0, 100000
                ) }} / 1000, 6)
        end as reputation_score_ci_low,
        case
            when not shown.is_hidden
                then round({{ mean_bound(
                    'shown.shown_thousandths', 'shown.sum_of_squares',
                    'shown.count_responses', 't_quantiles.t_quantile', '+', 0, 100000
                ) }} / 1000, 6)
        end as reputation_score_ci_high,
        shown.is_hidden,
        shown.count_responses < 30 as low_n

    from shown

    left join stakeholder_weights
        on shown.stakeholder = stakeholder_weights.stakeholder

    left join t_quantiles
        on t_quantiles.degrees_of_freedom = shown.count_responses - 1

)

select * from final
