{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['period_type', 'period_start'],
        on_schema_change='fail',
        post_hook="{{ set_mark_from(ref('fct_recounted_call_days'), 'change_seq') }}"
    )
}}
-- Grain: one row per KPI statistic, grain key and period: what cannot be added up.
with

fct_recounted_call_days as (

    select * from {{ ref('fct_recounted_call_days') }}
    where change_seq > {{ mark('fct_recounted_call_days') }}

),

-- Numbers instead of names: the values below are the largest set of the warehouse.
met_contact_center_measured_cells as (

    select * from {{ ref('met_contact_center_measured_cells') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

wanted_kpis as (

    select * from {{ ref('met_kpi_wanted_quantiles') }}
    where family = 'contact_center'

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

targets as (

    {{ targets_of_means() }}

),

periods as (

    select
        period_type,
        period_start,
        cast(row_number() over (order by period_type, period_start) as integer)
            as period_number

    from met_periods

    where
        calendar_date in (
            select days.event_local_date from fct_recounted_call_days as days
        )

    group by period_type, period_start

),

cell_days as (

    select
        cells.cell_number,
        periods.period_number,
        met_periods.calendar_date,
        periods.period_type = 'day' as is_day

    from met_periods

    inner join periods
        on met_periods.period_type = periods.period_type
            and met_periods.period_start = periods.period_start

    inner join met_contact_center_measured_cells as cells
        on concat('|', cells.period_types, '|')
            like concat('%|', periods.period_type, '|%')

),

met_contact_center_units as (

    select * from {{ ref('met_contact_center_units') }}
    where
        entered_local_date in (select wanted.calendar_date from cell_days as wanted)
        or answered_local_date in (select wanted.calendar_date from cell_days as wanted)

),

unit_kpis as (

    select
        kpi_id,
        grain_name,
        unit_kind

    from met_contact_center_measured_cells

    group by kpi_id, grain_name, unit_kind

),

-- The way in is dated by the entry, what the agent did by the answer.
measures as (

    select
        unit_kpis.kpi_id,
        unit_kpis.grain_name,
        case unit_kpis.grain_name
            when 'company' then 'company'
            when 'market' then coalesce(units.market, 'unknown')
            when 'segment' then coalesce(units.segment, 'unknown')
            when 'queue' then units.queue_id
        end as grain_key,
        case unit_kpis.kpi_id
            when 'K-AHT' then units.answered_local_date
            else units.entered_local_date
        end as local_date,
        case unit_kpis.kpi_id
            when 'K-WAIT' then units.wait_milliseconds
            when 'K-ASA' then units.answer_milliseconds
            when 'K-AHT' then units.handle_milliseconds
        end as milliseconds

    from met_contact_center_units as units

    inner join unit_kpis
        on units.unit_kind = unit_kpis.unit_kind

),

-- Equal values are counted once, so that ranks cost as many rows as there are values.
day_values as (

    select
        cells.cell_number,
        measures.local_date,
        measures.milliseconds,
        cast(count(*) as integer) as count_values

    from measures

    inner join met_contact_center_measured_cells as cells
        on measures.kpi_id = cells.kpi_id
            and measures.grain_name = cells.grain_name
            and measures.grain_key = cells.grain_key

    where measures.milliseconds is not null

    group by cells.cell_number, measures.local_date, measures.milliseconds

),

period_values as (

    select
        day_values.cell_number,
        cell_days.period_number,
        day_values.milliseconds,
        day_values.count_values

    from day_values

    inner join cell_days
        on day_values.cell_number = cell_days.cell_number
            and day_values.local_date = cell_days.calendar_date
            and cell_days.is_day

    union all

    select
        day_values.cell_number,
        cell_days.period_number,
        day_values.milliseconds,
        cast(sum(day_values.count_values) as integer) as count_values

    from day_values

    inner join cell_days
        on day_values.cell_number = cell_days.cell_number
            and day_values.local_date = cell_days.calendar_date
            and not cell_days.is_day

    group by day_values.cell_number, cell_days.period_number, day_values.milliseconds

),

ranked_values as (

    select
        cell_number,
        period_number,
        milliseconds,
        {{ ranks_within('cell_number, period_number', 'integer') }}

    from period_values

),

-- Without a target in force when the period begins there is nothing to attain.
wanted as (

    select
        cells.cell_number,
        periods.period_number,
        wanted_kpis.definition_version,
        wanted_kpis.statistic,
        wanted_kpis.unit_scale,
        wanted_kpis.quantile,
        coalesce(own_targets.target, general_targets.target) * wanted_kpis.target_scale
            as target_milliseconds

    from met_contact_center_measured_cells as cells

    cross join periods

    inner join wanted_kpis
        on cells.kpi_id = wanted_kpis.kpi_id
            and concat('|', wanted_kpis.grains, '|')
            like concat('%|', cells.grain_name, '|%')
            and concat('|', wanted_kpis.period_types, '|')
            like concat('%|', periods.period_type, '|%')

    {{ join_targets_in_force('cells', 'periods.period_start') }}

    where
        wanted_kpis.quantile is not null
        or coalesce(own_targets.target, general_targets.target) is not null

),

wanted_ranks as (

    select
        wanted.*,
        ranked_values.milliseconds,
        ranked_values.last_rank,
        ranked_values.n,
        {{ wanted_ranks('wanted.quantile', 'ranked_values.n') }}

    from ranked_values

    inner join wanted
        on ranked_values.cell_number = wanted.cell_number
            and ranked_values.period_number = wanted.period_number

),

order_statistics as (

    select
        cell_number,
        period_number,
        definition_version,
        statistic,
        unit_scale,
        quantile,
        n,
        quantile_rank,
        {{ values_at_ranks() }}

    from wanted_ranks

    group by all

),

final as (

    select
        cells.kpi_id,
        order_statistics.definition_version,
        order_statistics.statistic,
        cells.grain_name,
        cells.grain_key,
        periods.period_type,
        periods.period_start,
        {{ attained_and_quantile('order_statistics') }},
        cast(order_statistics.n as bigint) as n

    from order_statistics

    inner join met_contact_center_measured_cells as cells
        on order_statistics.cell_number = cells.cell_number

    inner join periods
        on order_statistics.period_number = periods.period_number

    -- A recomputed period always leaves a row, so that the rows of an emptied one go.
    union all

    select
        'none' as kpi_id,
        0 as definition_version,
        'none' as statistic,
        'none' as grain_name,
        'none' as grain_key,
        period_type,
        period_start,
        cast(null as bigint) as numerator,
        cast(null as double) as value,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        0 as n

    from periods

)

select * from final
