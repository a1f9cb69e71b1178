-- Grain: one row per dimension, touchpoint or the company, and period.
with

met_dimension_values as (

    select * from {{ ref('met_dimension_values') }}

),

met_dimension_scores as (

    select * from {{ ref('met_dimension_scores') }}

),

met_periods as (

    select
        period_type,
        period_start,
        period_end

    from {{ ref('met_periods') }}

    group by period_type, period_start, period_end

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-DIM' and statistic <> 'value'

),

cells as (

    select
        grain_name,
        grain_key,
        period_type,
        period_start

    from met_dimension_scores

    group by grain_name, grain_key, period_type, period_start

),

final as (

    select
        kpis.statistic as dimension,
        cells.grain_name,
        cells.grain_key,
        case when cells.grain_name = 'touchpoint' then cells.grain_key end
            as touchpoint,
        cells.period_type,
        cells.period_start,
        met_periods.period_end,
        scores.dimension is not null as is_measured,
        coalesce(scores.count_indicators, 0) as count_indicators,
        scores.n as smallest_base,
        scores.dimension_score,
        case
            when scores.dimension_score >= {{ var('good_dimension_score') }} then 'good'
            when scores.dimension_score <= {{ var('bad_dimension_score') }} then 'bad'
            when scores.dimension is not null then 'middling'
        end as dimension_rating,
        overall.value as overall_score

    from cells

    cross join kpis

    inner join met_periods
        on cells.period_type = met_periods.period_type
            and cells.period_start = met_periods.period_start

    left join met_dimension_scores as scores
        on kpis.statistic = scores.dimension
            and cells.grain_name = scores.grain_name
            and cells.grain_key = scores.grain_key
            and cells.period_type = scores.period_type
            and cells.period_start = scores.period_start

    left join met_dimension_values as overall
        on overall.statistic = 'value'
            and cells.grain_name = overall.grain_name
            and cells.grain_key = overall.grain_key
            and cells.period_type = overall.period_type
            and cells.period_start = overall.period_start

)

select * from final
