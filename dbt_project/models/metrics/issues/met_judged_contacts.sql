{{ config(materialized='view') }}
-- Grain: one row per handled contact, with what its customer said of it.
with

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}

),

met_issue_verdicts as (

    select * from {{ ref('met_issue_verdicts') }}

),

final as (

    select
        contacts.*,
        verdicts.is_resolved

    from met_issue_contacts as contacts

    left join met_issue_verdicts as verdicts
        on contacts.interaction_id = verdicts.interaction_id

)

select * from final
