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

    select
        kpi_id,
        grain_name,
        grain_key,
        target,
        valid_from,
        lead(valid_from, 1, date '9999-12-31') over (
            partition by kpi_id, grain_name, grain_key
            order by valid_from
        ) as valid_to

    from kpi_targets

    where statistic = 'mean'

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

-- Equal values are counted once, so that ranks cost as many rows as there are values.
value_counts as (

    select
        measures.kpi_id,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then coalesce(measures.market, 'unknown')
            when 'segment' then coalesce(measures.segment, 'unknown')
            when 'queue' then measures.queue_id
        end as grain_key,
        days_in_periods.period_type,
        days_in_periods.period_start,
        measures.milliseconds,
        count(*) as count_values

    from measures

    inner join days_in_periods
        on measures.local_date = days_in_periods.calendar_date

    inner join kpi_grains
        on measures.unit_kind = case
                when kpi_grains.grain_name in ('company', 'market', 'segment')
                    then 'contact'
                when kpi_grains.grain_name = 'queue' then 'queue_entry'
            end
            and concat('|', kpi_grains.period_types, '|')
            like concat('%|', days_in_periods.period_type, '|%')

    group by
        measures.kpi_id,
        kpi_grains.grain_name,
        grain_key,
        days_in_periods.period_type,
        days_in_periods.period_start,
        measures.milliseconds

),

ranked_values as (

    select
        kpi_id,
        grain_name,
        grain_key,
        period_type,
        period_start,
        milliseconds,
        sum(count_values) over (
            partition by kpi_id, grain_name, grain_key, period_type, period_start
            order by milliseconds
        ) as last_rank,
        cast(sum(count_values) over (
            partition by kpi_id, grain_name, grain_key, period_type, period_start
        ) as bigint) as n

    from value_counts

),

wanted_ranks as (

    select
        ranked_values.*,
        quantile_kpis.definition_version,
        quantile_kpis.statistic,
        quantile_kpis.unit_scale,
        quantile_kpis.quantile,
        (ranked_values.n - 1) * quantile_kpis.quantile + 1 as quantile_rank,
        {{ order_statistic_rank('quantile_kpis.quantile', 'ranked_values.n', '-') }}
            as low_rank,
        {{ order_statistic_rank('quantile_kpis.quantile', 'ranked_values.n', '+') }}
            as high_rank

    from ranked_values

    inner join quantile_kpis
        on ranked_values.kpi_id = quantile_kpis.kpi_id
            and concat('|', quantile_kpis.grains, '|')
            like concat('%|', ranked_values.grain_name, '|%')
            and concat('|', quantile_kpis.period_types, '|')
            like concat('%|', ranked_values.period_type, '|%')

),

order_statistics as (

    select
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        period_type,
        period_start,
        unit_scale,
        quantile,
        n,
        quantile_rank,
        min(milliseconds) filter (where last_rank >= floor(quantile_rank))
            as floor_value,
        min(milliseconds) filter (where last_rank >= ceil(quantile_rank)) as ceil_value,
        min(milliseconds) filter (where last_rank >= low_rank) as low_value,
        min(milliseconds) filter (where last_rank >= high_rank) as high_value

    from wanted_ranks

    group by
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        period_type,
        period_start,
        unit_scale,
        quantile,
        n,
        quantile_rank

),

-- Without a target in force on the first day of the period there is nothing to attain.
attained_targets as (

    select
        value_counts.kpi_id,
        attainment_kpis.definition_version,
        attainment_kpis.statistic,
        value_counts.grain_name,
        value_counts.grain_key,
        value_counts.period_type,
        value_counts.period_start,
        cast(coalesce(sum(value_counts.count_values) filter (
            where value_counts.milliseconds
            <= coalesce(own_targets.target, general_targets.target)
            * attainment_kpis.unit_scale
        ), 0) as bigint) as count_attained,
        cast(sum(value_counts.count_values) as bigint) as n

    from value_counts

    inner join attainment_kpis
        on value_counts.kpi_id = attainment_kpis.kpi_id
            and concat('|', attainment_kpis.grains, '|')
            like concat('%|', value_counts.grain_name, '|%')
            and concat('|', attainment_kpis.period_types, '|')
            like concat('%|', value_counts.period_type, '|%')

    left join targets as own_targets
        on value_counts.kpi_id = own_targets.kpi_id
            and value_counts.grain_name = own_targets.grain_name
            and value_counts.grain_key = own_targets.grain_key
            and value_counts.period_start >= own_targets.valid_from
            and value_counts.period_start < own_targets.valid_to

    left join targets as general_targets
        on value_counts.kpi_id = general_targets.kpi_id
            and value_counts.grain_name = general_targets.grain_name
            and general_targets.grain_key = '*'
            and value_counts.period_start >= general_targets.valid_from
            and value_counts.period_start < general_targets.valid_to

    where coalesce(own_targets.target, general_targets.target) is not null

    group by
        value_counts.kpi_id,
        attainment_kpis.definition_version,
        attainment_kpis.statistic,
        value_counts.grain_name,
        value_counts.grain_key,
        value_counts.period_type,
        value_counts.period_start

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        period_type,
        period_start,
        cast(null as bigint) as numerator,
        (
            floor_value
            + (ceil_value - floor_value)
            * cast(quantile_rank - floor(quantile_rank) as double)
        ) / unit_scale as value,
        case when quantile < 1 then cast(low_value as double) / unit_scale end
            as ci_low,
        case when quantile < 1 then cast(high_value as double) / unit_scale end
            as ci_high,
        n

    from order_statistics

    union all

    select
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        period_type,
        period_start,
        count_attained as numerator,
        cast(null as double) as value,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        n

    from attained_targets

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
