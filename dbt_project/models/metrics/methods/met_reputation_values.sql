-- Grain: one row per quarter: reputation, each stakeholder with its declared weight.
with

met_method_cells as (

    select * from {{ ref('met_method_cells') }}
    where kpi_id = 'K-REPU' and statistic = 'value'

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type = 'quarter'

),

stakeholder_weights as (

    select * from {{ ref('stakeholder_weights') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-REPU' and statistic = 'weighted'

),

stakeholder_groups as (

    select
        cells.stakeholder_key as stakeholder,
        met_periods.period_type,
        met_periods.period_start,
        cast(sum(cells.numerator) as bigint) as sum_thousandths,
        cast(sum(cells.n) as bigint) as count_responses,
        cast(sum(cells.sum_of_squares) as decimal(38, 0)) as sum_of_squares

    from met_method_cells as cells

    inner join met_periods
        on cells.local_date = met_periods.calendar_date

    group by cells.stakeholder_key, met_periods.period_type, met_periods.period_start

),

guarded as (

    select
        stakeholder_groups.*,
        {{ is_hidden_cell(
            'stakeholder_groups.count_responses', 'kpis.minimum_cell',
            'stakeholder_groups.period_start', 'stakeholder_groups.stakeholder'
        ) }} as is_hidden

    from stakeholder_groups

    cross join kpis

),

-- A hidden group must not show through the whole.
weighed as (

    select
        guarded.*,
        stakeholder_weights.weight,
        {{ ratio('guarded.sum_thousandths', 'guarded.count_responses') }} / 1000
            as score,
        sqrt({{ sample_variance(
            'guarded.sum_thousandths', 'guarded.sum_of_squares',
            'guarded.count_responses'
        ) }} / nullif(guarded.count_responses, 0)) / 1000 as score_error

    from guarded

    inner join stakeholder_weights
        on guarded.stakeholder = stakeholder_weights.stakeholder

    where not guarded.is_hidden

),

weighted as (

    select
        period_type,
        period_start,
        cast(sum(count_responses) as bigint) as count_responses,
        sum(cast(round(weight * score, 9) as decimal(38, 9))) / sum(weight) as score,
        sqrt(
            sum(cast(round(power(weight * score_error, 2), 9) as decimal(38, 9)))
        ) / sum(weight) as score_error

    from weighed

    group by period_type, period_start

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'company' as grain_name,
        'company' as grain_key,
        weighted.period_type,
        weighted.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        weighted.count_responses as n,
        weighted.count_responses as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(weighted.score as double) as value,
        weighted.score_error as standard_error,
        greatest(0.0, weighted.score - {{ normal_quantile() }} * weighted.score_error)
            as ci_low,
        least(100.0, weighted.score + {{ normal_quantile() }} * weighted.score_error)
            as ci_high

    from weighted

    cross join kpis

)

select * from final
