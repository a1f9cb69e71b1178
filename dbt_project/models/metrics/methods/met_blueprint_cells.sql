-- Grain: one row per KPI statistic, touchpoint of a step and local day.
with

met_blueprint_executions as (

    select * from {{ ref('met_blueprint_executions') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where kpi_id = 'K-BP'

),

observations as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        executions.touchpoint,
        executions.local_date,
        executions.count_executions,
        case kpis.statistic
            when 'value' then cast(executions.is_failed as bigint)
            when 'over_standard'
                then
                    cast(
                        executions.milliseconds > executions.standard_milliseconds
                        as bigint
                    )
            -- Waiting less than the standard does not make good for waiting more.
            when 'excess'
                then
                    case
                        when executions.milliseconds > executions.standard_milliseconds
                            then
                                executions.milliseconds
                                - executions.standard_milliseconds
                        when executions.milliseconds is not null then 0
                    end
        end as numerator

    from met_blueprint_executions as executions

    cross join kpis

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        local_date,
        {{ kpi_grain_keys(touchpoint='touchpoint') }},
        cast(sum(numerator * count_executions) as bigint) as numerator,
        cast(sum(count_executions) as bigint) as denominator,
        cast(sum(count_executions) as bigint) as n,
        cast(
            sum(cast(numerator as decimal(38, 0)) * numerator * count_executions)
            as decimal(38, 0)
        ) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from observations

    where numerator is not null

    group by kpi_id, definition_version, statistic, local_date, touchpoint

)

select * from final
