{{ config(materialized='view') }}
-- Grain: one row per issue: contacts of one person about one reason, none far apart.
with

met_judged_issues as (

    select * from {{ ref('met_judged_issues') }}

),

met_contact_costs as (

    select * from {{ ref('met_contact_costs') }}

),

costs as (

    select
        issue_id,
        max(currency_code) as currency_code,
        cast(sum(cost_hundredths) as bigint) as cost_hundredths

    from met_contact_costs

    where issue_id is not null

    group by issue_id

),

final as (

    select
        issues.issue_id,
        issues.customer_id,
        issues.is_anonymous,
        issues.market,
        issues.segment,
        issues.reason,
        issues.channel,
        issues.queue_id,
        issues.agent_id,
        issues.first_interaction_id,
        issues.first_contact_at,
        issues.issue_local_date,
        issues.last_interaction_id,
        issues.last_channel,
        issues.last_contact_at,
        issues.count_contacts,
        issues.count_channels,
        issues.count_agents,
        issues.is_mature,
        case when issues.is_mature then issues.is_single_contact end
            as is_first_contact_resolved,
        issues.is_closed,
        cast(costs.cost_hundredths * 0.01 as decimal(18, 2)) as cost_amount,
        costs.currency_code

    from met_judged_issues as issues

    left join costs
        on issues.issue_id = costs.issue_id

)

select * from final
