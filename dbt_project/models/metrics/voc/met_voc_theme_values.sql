-- Grain: one row per KPI statistic, theme and period.
with

met_voc_theme_periods as (

    select * from {{ ref('met_voc_theme_periods') }}
    where model_version = '{{ var("theme_model_version") }}'

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'theme'

),

measured as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'theme' as grain_name,
        themes.theme as grain_key,
        themes.period_type,
        themes.period_start,
        case kpis.statistic
            when 'value' then themes.count_statements
            when 'sentiment' then themes.count_positive - themes.count_negative
        end as numerator,
        case kpis.statistic
            when 'value' then themes.count_all_statements
            when 'sentiment' then themes.count_read
        end as denominator,
        case kpis.statistic
            when 'value' then themes.count_all_statements
            when 'sentiment' then themes.count_read
            when 'impact_csat' then themes.count_csat
            when 'impact_nps' then themes.count_nps
        end as n,
        case kpis.statistic
            when 'value' then themes.count_statements
            when 'sentiment' then themes.count_positive + themes.count_negative
        end as sum_of_squares,
        case kpis.statistic
            when 'impact_csat' then themes.csat_impact
            when 'impact_nps' then themes.nps_impact
        end as value,
        case kpis.statistic
            when 'impact_csat' then themes.csat_impact_error
            when 'impact_nps' then themes.nps_impact_error
        end as standard_error,
        case kpis.statistic
            when 'impact_csat' then themes.csat_impact_low
            when 'impact_nps' then themes.nps_impact_low
        end as ci_low,
        case kpis.statistic
            when 'impact_csat' then themes.csat_impact_high
            when 'impact_nps' then themes.nps_impact_high
        end as ci_high

    from met_voc_theme_periods as themes

    inner join kpis
        on concat('|', kpis.period_types, '|')
            like concat('%|', themes.period_type, '|%')

),

final as (

    select
        {{ kpi_key() }},
        cast(numerator as bigint) as numerator,
        cast(denominator as bigint) as denominator,
        cast(n as bigint) as n,
        cast(n as bigint) as n_with_immature,
        cast(sum_of_squares as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        value,
        standard_error,
        ci_low,
        ci_high

    from measured

    where n > 0 and coalesce(value, numerator) is not null

)

select * from final
