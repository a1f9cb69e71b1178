-- Grain: one row per statistic of K-EMPLINK and period that has teams enough.
with

met_employee_links as (

    select * from {{ ref('met_employee_links') }}
    where is_published

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-EMPLINK'

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        'company' as grain_name,
        'company' as grain_key,
        links.period_type,
        links.period_start,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        links.count_team_waves as n,
        links.count_team_waves as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        case kpis.statistic when 'value' then links.pearson else links.spearman end
            as value,
        cast(null as double) as standard_error,
        case kpis.statistic
            when 'value' then links.pearson_ci_low else links.spearman_ci_low
        end as ci_low,
        case kpis.statistic
            when 'value' then links.pearson_ci_high else links.spearman_ci_high
        end as ci_high

    from met_employee_links as links

    cross join kpis

)

select * from final
