{% set inputs = {'met_kpi_cells': kpi_cell_columns()} -%}
{{ grows_by_day('component_date', inputs, {'kpis': [], 'kpi_grains': []}) }}
-- Grain: one row per KPI statistic, grain key and local day: additive parts of cells.
with

met_kpi_cells as (

    {{ rows_of_changed_days('met_kpi_cells', inputs) }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

keyed_cells as (

    select
        cells.kpi_id,
        cells.definition_version,
        cells.statistic,
        kpi_grains.grain_name,
        {{ kpi_grain_key('cells') }} as grain_key,
        cells.local_date,
        cells.numerator,
        cells.denominator,
        cells.n,
        cells.sum_of_squares,
        cells.sum_denominator_squares,
        cells.sum_cross_products

    from met_kpi_cells as cells

    inner join kpis
        on cells.kpi_id = kpis.kpi_id
            and cells.definition_version = kpis.definition_version
            and cells.statistic = kpis.statistic

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        local_date as component_date,
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(denominator) as bigint) as denominator,
        cast(sum(n) as bigint) as n,
        cast(sum(sum_of_squares) as decimal(38, 0)) as sum_of_squares,
        cast(sum(sum_denominator_squares) as decimal(38, 0)) as sum_denominator_squares,
        cast(sum(sum_cross_products) as decimal(38, 0)) as sum_cross_products

    from keyed_cells

    where grain_key is not null

    group by
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        local_date

)

select * from final
