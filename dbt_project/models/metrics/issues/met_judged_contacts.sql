{{ config(materialized='view') }}
-- Grain: one row per handled contact, with what its customer and time say of it.
with

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}

),

met_issue_verdicts as (

    select * from {{ ref('met_issue_verdicts') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

parameters as (

    select max(maturity_days) as maturity_days

    from kpis

    where kpi_id = 'K-FCR'

),

final as (

    select
        contacts.*,
        verdicts.is_resolved,
        {{ is_day_mature('contacts.contact_local_date', 'parameters.maturity_days') }}
            as is_mature

    from met_issue_contacts as contacts

    cross join parameters

    cross join dim_run

    left join met_issue_verdicts as verdicts
        on contacts.interaction_id = verdicts.interaction_id

)

select * from final
