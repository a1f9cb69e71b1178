-- Grain: one row per KPI statistic, grain key and local day: additive parts of calls.
with

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

keyed_cells as (

    select
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then cells.market
            when 'segment' then cells.segment
            when 'queue' then cells.queue_id
            when 'agent' then cells.agent_id
        end as grain_key,
        cells.*

    from met_contact_center_cells as cells

    inner join kpi_grains
        on cells.cell_kind = case
                when kpi_grains.grain_name in ('company', 'market', 'segment')
                    then 'customer'
                when kpi_grains.grain_name = 'queue' then 'queue_interval'
                when kpi_grains.grain_name = 'agent' then 'agent'
            end

),

days as (

    select
        grain_name,
        grain_key,
        local_date,
        cast(sum(count_offered) as bigint) as count_offered,
        cast(sum(count_answered) as bigint) as count_answered,
        cast(sum(count_abandoned) as bigint) as count_abandoned,
        cast(sum(count_blocked) as bigint) as count_blocked,
        cast(sum(count_short_abandoned) as bigint) as count_short_abandoned,
        cast(sum(count_answered_within_threshold) as bigint)
            as count_answered_within_threshold,
        cast(sum(count_answered_below_threshold) as bigint)
            as count_answered_below_threshold,
        cast(sum(count_abandoned_within_threshold) as bigint)
            as count_abandoned_within_threshold,
        cast(sum(count_handled) as bigint) as count_handled,
        cast(sum(count_transferred) as bigint) as count_transferred,
        cast(sum(count_held) as bigint) as count_held,
        cast(sum(count_offered_waits) as bigint) as count_offered_waits,
        cast(sum(count_answered_waits) as bigint) as count_answered_waits,
        cast(sum(offered_wait_milliseconds) as bigint) as offered_wait_milliseconds,
        cast(sum(offered_wait_squares) as decimal(38, 0)) as offered_wait_squares,
        cast(sum(answered_wait_milliseconds) as bigint) as answered_wait_milliseconds,
        cast(sum(answered_wait_squares) as decimal(38, 0)) as answered_wait_squares,
        cast(sum(talk_milliseconds) as bigint) as talk_milliseconds,
        cast(sum(talk_squares) as decimal(38, 0)) as talk_squares,
        cast(sum(hold_milliseconds) as bigint) as hold_milliseconds,
        cast(sum(hold_squares) as decimal(38, 0)) as hold_squares,
        cast(sum(wrap_milliseconds) as bigint) as wrap_milliseconds,
        cast(sum(wrap_squares) as decimal(38, 0)) as wrap_squares,
        cast(sum(handle_milliseconds) as bigint) as handle_milliseconds,
        cast(sum(handle_squares) as decimal(38, 0)) as handle_squares

    from keyed_cells

    where grain_key is not null

    group by grain_name, grain_key, local_date

),

days_by_kpi as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.kind,
        days.*

    from days

    inner join kpis
        on
            kpis.family = 'contact_center'
            and kpis.kind in ('proportion', 'mean')
            and kpis.statistic <> 'attainment'
            and concat('|', kpis.grains, '|') like concat('%|', days.grain_name, '|%')

),

components as (

    select
        kpi_id,
        definition_version,
        statistic,
        kind,
        grain_name,
        grain_key,
        local_date as component_date,
        case concat(kpi_id, ' ', statistic)
            when 'K-SL value' then count_answered_within_threshold
            when 'K-SL.V1 value' then count_answered_within_threshold
            when 'K-SL.V2 value' then count_answered_within_threshold
            when 'K-SL.V3 value' then count_answered_within_threshold
            when 'K-SL.V4 value' then count_answered_within_threshold
            when 'K-SL.V5 value'
                then count_answered_within_threshold + count_abandoned_within_threshold
            when 'K-SL.V6 value' then count_answered_below_threshold
            when 'K-ASA mean' then answered_wait_milliseconds
            when 'K-WAIT mean' then offered_wait_milliseconds
            when 'K-ABN value' then count_abandoned - count_short_abandoned
            when 'K-ABN raw' then count_abandoned
            when 'K-BUSY value' then count_blocked
            when 'K-AHT mean' then handle_milliseconds
            when 'K-AHT talk' then talk_milliseconds
            when 'K-AHT hold' then hold_milliseconds
            when 'K-AHT wrap' then wrap_milliseconds
            when 'K-XFER value' then count_transferred
            when 'K-HOLD value' then count_held
            when 'K-HOLD mean' then hold_milliseconds
        end as numerator,
        case concat(kpi_id, ' ', statistic)
            when 'K-SL value' then count_offered - count_short_abandoned
            when 'K-SL.V1 value' then count_answered + count_abandoned
            when 'K-SL.V2 value'
                then count_answered + count_abandoned - count_short_abandoned
            when 'K-SL.V3 value' then count_offered
            when 'K-SL.V4 value' then count_answered
            when 'K-SL.V5 value' then count_offered - count_short_abandoned
            when 'K-SL.V6 value' then count_offered - count_short_abandoned
            when 'K-ASA mean' then count_answered_waits
            when 'K-WAIT mean' then count_offered_waits
            when 'K-ABN value' then count_offered - count_short_abandoned
            when 'K-ABN raw' then count_offered
            when 'K-BUSY value' then count_offered + count_blocked
            when 'K-AHT mean' then count_handled
            when 'K-AHT talk' then count_handled
            when 'K-AHT hold' then count_handled
            when 'K-AHT wrap' then count_handled
            when 'K-XFER value' then count_handled
            when 'K-HOLD value' then count_handled
            when 'K-HOLD mean' then count_held
        end as denominator,
        case concat(kpi_id, ' ', statistic)
            when 'K-ASA mean' then answered_wait_squares
            when 'K-WAIT mean' then offered_wait_squares
            when 'K-AHT mean' then handle_squares
            when 'K-AHT talk' then talk_squares
            when 'K-AHT hold' then hold_squares
            when 'K-AHT wrap' then wrap_squares
            when 'K-HOLD mean' then hold_squares
        end as squares

    from days_by_kpi

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        component_date,
        numerator,
        denominator,
        denominator as n,
        case
            when kind = 'mean' then squares
            else cast(numerator as decimal(38, 0))
        end as sum_of_squares

    from components

)

select * from final
