{{ config(materialized='view') }}
-- Grain: one row per issue, with what time says of it: whether its first contact can be
-- judged, and whether nothing can follow its last any more.
with

met_issues as (

    select * from {{ ref('met_issues') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

rules as (

    select max(maturity_days) as maturity_days

    from kpis

    where kpi_id = 'K-FCR'

),

final as (

    select
        issues.*,
        {{ is_day_mature('issues.issue_local_date', 'rules.maturity_days') }}
            as is_mature,
        {{ is_day_mature('issues.last_contact_local_date', 'rules.maturity_days') }}
            as is_closed

    from met_issues as issues

    cross join rules

    cross join dim_run

)

select * from final
