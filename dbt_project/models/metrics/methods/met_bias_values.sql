-- Grain: one row per statistic of K-BIAS, survey and quarter of sending.
with

met_bias_tests as (

    select * from {{ ref('met_bias_tests') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-BIAS'

),

numbered as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'survey' as grain_name,
        tests.survey_id as grain_key,
        'quarter' as period_type,
        tests.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        tests.count_delivered as n,
        tests.count_delivered as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        case
            when kpis.statistic in ('value', 'decile_gap') then tests.response_gap
            else tests.p_value
        end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from met_bias_tests as tests

    inner join kpis
        on tests.attribute
            = case
                when kpis.statistic in ('value', 'segment_p') then 'segment'
                else 'value_decile'
            end

),

-- Two groups of 30 make a gap; else there is nothing to say.
final as (

    select *

    from numbered

    where value is not null

)

select * from final
