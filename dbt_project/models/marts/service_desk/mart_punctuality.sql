-- Grain: one row per location and local day with at least one kept appointment.
with

met_service_desk_appointments as (

    select * from {{ ref('met_service_desk_appointments') }}

),

counted as (

    select
        location,
        planned_local_date as local_date,
        count(*) as count_appointments,
        count(*) filter (where is_on_time) as count_on_time,
        cast(sum(wait_milliseconds) as bigint) as wait_milliseconds,
        percentile_cont(0.5) within group (order by wait_milliseconds)
            as wait_p50_milliseconds,
        percentile_cont(0.9) within group (order by wait_milliseconds)
            as wait_p90_milliseconds,
        max(wait_milliseconds) as wait_maximum_milliseconds

    from met_service_desk_appointments

    group by location, planned_local_date

),

final as (

    select
        location,
        local_date,
        count_appointments,
        count_on_time,
        wait_milliseconds,
        {{ percentage('count_on_time', 'count_appointments') }} as on_time_pct,
        {{ percentage_bound('count_on_time', 'count_appointments', '-') }}
            as on_time_pct_low,
        {{ percentage_bound('count_on_time', 'count_appointments', '+') }}
            as on_time_pct_high,
        round({{ ratio('wait_milliseconds', 'count_appointments') }} / 60000, 6)
            as average_wait_minutes,
        round(wait_p50_milliseconds / 60000, 6) as wait_p50_minutes,
        round(wait_p90_milliseconds / 60000, 6) as wait_p90_minutes,
        round(wait_maximum_milliseconds / 60000, 6) as wait_maximum_minutes

    from counted

)

select * from final
