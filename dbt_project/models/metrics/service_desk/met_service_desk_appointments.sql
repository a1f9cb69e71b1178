{{ config(materialized='view') }}
-- Grain: one row per appointment that both sides kept.
with

fct_appointments as (

    select * from {{ ref('fct_appointments') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

parameters as (

    select max(threshold_milliseconds) as threshold_milliseconds

    from kpis

    where kpi_id = 'K-PUNCT' and statistic = 'value'

),

final as (

    select
        fct_appointments.interaction_id,
        -- Every place has a book of appointments of its own.
        fct_appointments.source_id as location,
        fct_appointments.planned_local_date,
        fct_appointments.wait_milliseconds,
        fct_appointments.wait_milliseconds <= parameters.threshold_milliseconds
            as is_on_time

    from fct_appointments

    cross join parameters

    where
        not fct_appointments.is_internal
        and '|{{ var("missed_appointment_outcomes") }}|'
        not like concat('%|', coalesce(fct_appointments.outcome, 'kept'), '|%')

)

select * from final
