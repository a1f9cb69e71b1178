-- Grain: one row per KPI statistic, cell and local day on which a task was begun.
with

met_web_task_cells as (

    select * from {{ ref('met_web_task_cells') }}
    where count_started > 0

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'digital_task'

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        cells.local_date,
        {{ kpi_grain_keys(
            market='cells.market', segment='cells.segment', task='cells.task',
            acquisition_source='cells.acquisition_source'
        ) }},
        cast(sum(cells.count_completed) as bigint) as numerator,
        cast(sum(cells.count_started) as bigint) as denominator,
        cast(sum(cells.count_started) as bigint) as n,
        cast(sum(cells.count_completed) as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from met_web_task_cells as cells

    cross join kpis

    group by
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        cells.local_date,
        cells.market,
        cells.segment,
        cells.task,
        cells.acquisition_source

)

select * from final
