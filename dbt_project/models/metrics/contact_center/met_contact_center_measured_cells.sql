-- Grain: one row per duration KPI, grain and key, with a number to carry instead.
with

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}
    where grain_name in ('company', 'market', 'segment', 'queue')

),

measured_kpis as (

    select kpi_id

    from {{ ref('met_kpi_wanted_quantiles') }}

    where family = 'contact_center'

    group by kpi_id

),

cell_keys as (

    select
        cell_kind,
        market,
        segment,
        queue_id

    from met_contact_center_cells

    where cell_kind in ('customer', 'queue_interval')

    group by cell_kind, market, segment, queue_id

),

keys as (

    select
        kpi_grains.grain_name,
        kpi_grains.period_types,
        case kpi_grains.grain_name when 'queue' then 'queue_entry' else 'contact' end
            as unit_kind,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then cell_keys.market
            when 'segment' then cell_keys.segment
            when 'queue' then cell_keys.queue_id
        end as grain_key

    from cell_keys

    inner join kpi_grains
        on cell_keys.cell_kind = case
                when kpi_grains.grain_name = 'queue' then 'queue_interval'
                else 'customer'
            end

    group by kpi_grains.grain_name, kpi_grains.period_types, unit_kind, grain_key

),

final as (

    select
        measured_kpis.kpi_id,
        keys.grain_name,
        keys.grain_key,
        keys.unit_kind,
        keys.period_types,
        cast(row_number() over (
            order by measured_kpis.kpi_id, keys.grain_name, keys.grain_key
        ) as integer) as cell_number

    from keys

    cross join measured_kpis

    where keys.grain_key is not null

)

select * from final
