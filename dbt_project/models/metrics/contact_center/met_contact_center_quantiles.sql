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

),

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

fct_queue_entries as (

    select * from {{ ref('fct_queue_entries') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

quantile_kpis as (

    select
        kpi_id,
        definition_version,
        statistic,
        unit_scale,
        grains,
        period_types,
        case statistic when 'p50' then 0.5 when 'p90' then 0.9 when 'max' then 1.0 end
            as quantile

    from kpis

    where family = 'contact_center' and kind = 'quantile'

),

-- The target of a mean, asked of every single contact.
attainment_kpis as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.grains,
        kpis.period_types,
        means.unit_scale

    from kpis

    inner join kpis as means
        on kpis.kpi_id = means.kpi_id
            and kpis.definition_version = means.definition_version
            and means.statistic = 'mean'

    where kpis.family = 'contact_center' and kpis.statistic = 'attainment'

),

targets as (

    {{ targets_of_means() }}

),

wrap_caps as (

    select max(cap_milliseconds) as wrap_cap_milliseconds

    from kpis

    where kpi_id = 'K-AHT' and statistic = 'wrap'

),

days as (

    select event_local_date as local_date

    from fct_recounted_call_days

    where change_seq > {{ mark('fct_recounted_call_days') }}

    group by event_local_date

),

periods as (

    select
        met_periods.period_type,
        met_periods.period_start

    from met_periods

    inner join days
        on met_periods.calendar_date = days.local_date

    group by met_periods.period_type, met_periods.period_start

),

days_in_periods as (

    select
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start

    from met_periods

    inner join periods
        on met_periods.period_type = periods.period_type
            and met_periods.period_start = periods.period_start

),

units as (

    select
        'contact' as unit_kind,
        cast(null as varchar) as queue_id,
        segment,
        market,
        entered_local_date,
        answered_local_date,
        outcome,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_open,
        is_internal,
        direction

    from fct_calls

    union all

    select
        'queue_entry' as unit_kind,
        queue_id,
        segment,
        market,
        entered_local_date,
        answered_local_date,
        outcome,
        wait_milliseconds,
        talk_milliseconds,
        hold_milliseconds,
        wrap_milliseconds,
        is_open,
        is_internal,
        direction

    from fct_queue_entries

),

counted_units as (

    select *

    from units

    where
        not is_internal
        and coalesce(direction, 'inbound') = 'inbound'
        and outcome in ('answered', 'abandoned', 'flow_out')
        and (
            entered_local_date in (
                select wanted.calendar_date from days_in_periods as wanted
            )
            or answered_local_date in (
                select wanted.calendar_date from days_in_periods as wanted
            )
        )

),

measures as (

    select
        'K-WAIT' as kpi_id,
        unit_kind,
        queue_id,
        segment,
        market,
        entered_local_date as local_date,
        coalesce(wait_milliseconds, 0) as milliseconds

    from counted_units

    union all

    select
        'K-ASA' as kpi_id,
        unit_kind,
        queue_id,
        segment,
        market,
        entered_local_date as local_date,
        coalesce(wait_milliseconds, 0) as milliseconds

    from counted_units

    where outcome = 'answered'

    union all

    select
        'K-AHT' as kpi_id,
        units.unit_kind,
        units.queue_id,
        units.segment,
        units.market,
        units.answered_local_date as local_date,
        units.talk_milliseconds
        + coalesce(units.hold_milliseconds, 0)
        + least(coalesce(units.wrap_milliseconds, 0), wrap_caps.wrap_cap_milliseconds)
            as milliseconds

    from counted_units as units

    cross join wrap_caps

    where
        units.outcome = 'answered'
        and not units.is_open
        and units.talk_milliseconds is not null

),

unit_grains as (

    select
        grain_name,
        period_types,
        case grain_name when 'queue' then 'queue_entry' else 'contact' end as unit_kind

    from kpi_grains

    where grain_name in ('company', 'market', 'segment', 'queue')

),

keyed_measures as (

    select
        measures.kpi_id,
        unit_grains.grain_name,
        case unit_grains.grain_name
            when 'company' then 'company'
            when 'market' then coalesce(measures.market, 'unknown')
            when 'segment' then coalesce(measures.segment, 'unknown')
            when 'queue' then measures.queue_id
        end as grain_key,
        measures.local_date,
        measures.milliseconds

    from measures

    inner join unit_grains
        on measures.unit_kind = unit_grains.unit_kind

),

grain_keys as (

    select
        'company' as grain_name,
        'company' as grain_key

    union all

    select
        'market' as grain_name,
        coalesce(market, 'unknown') as grain_key

    from counted_units

    group by market

    union all

    select
        'segment' as grain_name,
        coalesce(segment, 'unknown') as grain_key

    from counted_units

    group by segment

    union all

    select
        'queue' as grain_name,
        queue_id as grain_key

    from counted_units

    where queue_id is not null

    group by queue_id

),

measured_kpis as (

    select kpi_id

    from quantile_kpis

    group by kpi_id

),

-- Numbers instead of names: the values below are the largest set of the warehouse.
cells as (

    select
        measured_kpis.kpi_id,
        grain_keys.grain_name,
        grain_keys.grain_key,
        row_number() over (
            order by measured_kpis.kpi_id, grain_keys.grain_name, grain_keys.grain_key
        ) as cell_number

    from grain_keys

    cross join measured_kpis

),

numbered_periods as (

    select
        period_type,
        period_start,
        row_number() over (order by period_type, period_start) as period_number

    from periods

),

numbered_days as (

    select
        days_in_periods.calendar_date,
        numbered_periods.period_number,
        numbered_periods.period_type,
        unit_grains.grain_name

    from days_in_periods

    inner join numbered_periods
        on days_in_periods.period_type = numbered_periods.period_type
            and days_in_periods.period_start = numbered_periods.period_start

    inner join unit_grains
        on concat('|', unit_grains.period_types, '|')
            like concat('%|', days_in_periods.period_type, '|%')

),

cell_days as (

    select
        cast(cells.cell_number as integer) as cell_number,
        cast(numbered_days.period_number as integer) as period_number,
        numbered_days.calendar_date,
        numbered_days.period_type = 'day' as is_day

    from cells

    inner join numbered_days
        on cells.grain_name = numbered_days.grain_name

),

-- Equal values are counted once, so that ranks cost as many rows as there are values.
day_values as (

    select
        cast(cells.cell_number as integer) as cell_number,
        keyed_measures.local_date,
        keyed_measures.milliseconds,
        cast(count(*) as integer) as count_values

    from keyed_measures

    inner join cells
        on keyed_measures.kpi_id = cells.kpi_id
            and keyed_measures.grain_name = cells.grain_name
            and keyed_measures.grain_key = cells.grain_key

    group by cells.cell_number, keyed_measures.local_date, keyed_measures.milliseconds

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

-- Without a target in force on the first day of the period there is nothing to attain.
attainments as (

    select
        cells.cell_number,
        numbered_periods.period_number,
        attainment_kpis.definition_version,
        attainment_kpis.statistic,
        attainment_kpis.unit_scale,
        cast(null as decimal(2, 1)) as quantile,
        coalesce(own_targets.target, general_targets.target)
        * attainment_kpis.unit_scale as target_milliseconds

    from cells

    cross join numbered_periods

    inner join attainment_kpis
        on cells.kpi_id = attainment_kpis.kpi_id
            and concat('|', attainment_kpis.grains, '|')
            like concat('%|', cells.grain_name, '|%')
            and concat('|', attainment_kpis.period_types, '|')
            like concat('%|', numbered_periods.period_type, '|%')

    {{ join_targets_in_force('cells', 'numbered_periods.period_start') }}

    where coalesce(own_targets.target, general_targets.target) is not null

),

wanted_quantiles as (

    select
        cells.cell_number,
        numbered_periods.period_number,
        quantile_kpis.definition_version,
        quantile_kpis.statistic,
        quantile_kpis.unit_scale,
        quantile_kpis.quantile,
        cast(null as double) as target_milliseconds

    from cells

    cross join numbered_periods

    inner join quantile_kpis
        on cells.kpi_id = quantile_kpis.kpi_id
            and concat('|', quantile_kpis.grains, '|')
            like concat('%|', cells.grain_name, '|%')
            and concat('|', quantile_kpis.period_types, '|')
            like concat('%|', numbered_periods.period_type, '|%')

),

wanted as (

    select * from wanted_quantiles

    union all

    select * from attainments

),

wanted_ranks as (

    select
        ranked_values.cell_number,
        ranked_values.period_number,
        ranked_values.milliseconds,
        ranked_values.last_rank,
        ranked_values.n,
        wanted.definition_version,
        wanted.statistic,
        wanted.unit_scale,
        wanted.quantile,
        wanted.target_milliseconds,
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

    group by
        cell_number,
        period_number,
        definition_version,
        statistic,
        unit_scale,
        quantile,
        n,
        quantile_rank

),

final as (

    select
        cells.kpi_id,
        order_statistics.definition_version,
        order_statistics.statistic,
        cells.grain_name,
        cells.grain_key,
        numbered_periods.period_type,
        numbered_periods.period_start,
        {{ attained_and_quantile('order_statistics') }},
        cast(order_statistics.n as bigint) as n

    from order_statistics

    inner join cells
        on order_statistics.cell_number = cells.cell_number

    inner join numbered_periods
        on order_statistics.period_number = numbered_periods.period_number

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
