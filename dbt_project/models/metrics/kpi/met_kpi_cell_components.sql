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

-- What a statistic is added up by, told apart by one number where there are many cells.
wanted_grains as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        row_number() over (
            order by
                kpis.kpi_id,
                kpis.definition_version,
                kpis.statistic,
                kpi_grains.grain_name
        ) as grain_number

    from kpis

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

),

keyed_cells as (

    select
        kpi_grains.grain_number,
        {{ kpi_grain_key('cells') }} as grain_key,
        cells.local_date,
        cells.numerator,
        cells.denominator,
        cells.n,
        cells.sum_of_squares,
        cells.sum_denominator_squares,
        cells.sum_cross_products

    from met_kpi_cells as cells

    inner join wanted_grains as kpi_grains
        on cells.kpi_id = kpi_grains.kpi_id
            and cells.definition_version = kpi_grains.definition_version
            and cells.statistic = kpi_grains.statistic

),

added as (

    select
        grain_number,
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

    group by grain_number, grain_key, local_date

),

final as (

    select
        wanted_grains.kpi_id,
        wanted_grains.definition_version,
        wanted_grains.statistic,
        wanted_grains.grain_name,
        added.grain_key,
        added.component_date,
        added.numerator,
        added.denominator,
        added.n,
        added.sum_of_squares,
        added.sum_denominator_squares,
        added.sum_cross_products

    from added

    inner join wanted_grains
        on added.grain_number = wanted_grains.grain_number

)

select * from final
