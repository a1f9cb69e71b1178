-- Grain: one row per KPI, cell, local day and duration: from opening to winning.
with

met_pipeline_deals as (

    select * from {{ ref('met_pipeline_deals') }}
    where outcome = 'won' and duration_days is not null

),

kpis as (

    select
        kpi_id,
        definition_version,
        max(unit_scale) as unit_scale

    from {{ ref('kpis') }}

    where family = 'pipeline' and kind = 'quantile'

    group by kpi_id, definition_version

),

final as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        deals.close_on as local_date,
        {{ kpi_grain_keys(product='deals.product_name', owner='deals.owner_id') }},
        cast(deals.duration_days as bigint) * kpis.unit_scale as milliseconds,
        cast(count(*) as bigint) as count_values

    from met_pipeline_deals as deals

    cross join kpis

    group by
        kpis.kpi_id,
        kpis.definition_version,
        deals.close_on,
        deals.product_name,
        deals.owner_id,
        deals.duration_days,
        kpis.unit_scale

)

select * from final
