{% set inputs = {
    'met_service_desk_times': [
        'local_date', 'kpi_id', 'definition_version', 'market', 'segment', 'channel',
        'queue_id', 'agent_id', 'location', 'milliseconds',
    ],
} -%}
{{ grows_by_day('local_date', inputs) }}
-- Grain: one row per KPI, cell, local day and duration: how often it was met.
with

met_service_desk_times as (

    {{ rows_of_changed_days('met_service_desk_times', inputs) }}

),

counted as (

    select
        *,
        cast(count(*) as bigint) as count_values

    from met_service_desk_times

    group by all

),

final as (

    select
        kpi_id,
        definition_version,
        local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', channel='channel', queue='queue_id',
            agent='agent_id', location='location'
        ) }},
        milliseconds,
        count_values

    from counted

)

select * from final
