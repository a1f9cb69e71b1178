{{ config(materialized='view') }}
-- Grain: one row per contact that a person of the company handled, in any channel.
with

met_judged_contacts as (

    select * from {{ ref('met_judged_contacts') }}

),

met_contact_costs as (

    select * from {{ ref('met_contact_costs') }}

),

final as (

    select
        contacts.interaction_id,
        contacts.issue_id,
        contacts.customer_id,
        contacts.is_anonymous,
        contacts.market,
        contacts.segment,
        contacts.channel,
        coalesce(contacts.reason, 'unknown') as reason,
        contacts.queue_id,
        contacts.agent_id,
        contacts.started_at,
        contacts.contact_local_date,
        contacts.is_first_of_issue,
        contacts.is_first_of_any_reason,
        contacts.is_mature,
        case when contacts.is_mature then contacts.has_repeat_of_reason end
            as has_repeat_of_reason,
        case when contacts.is_mature then contacts.has_repeat_of_any_reason end
            as has_repeat_of_any_reason,
        contacts.is_resolved as is_resolved_by_customer,
        cast(costs.cost_hundredths * 0.01 as decimal(18, 2)) as cost_amount,
        costs.currency_code

    from met_judged_contacts as contacts

    left join met_contact_costs as costs
        on contacts.interaction_id = costs.interaction_id

)

select * from final
