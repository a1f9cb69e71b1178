{{ grows_by_person() }}
-- Grain: one row per issue: contacts of one person about one reason, none far apart.
with

{{ affected_persons() }},

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}
    where issue_id is not null and {{ is_of_affected_person() }}

),

-- The last contact stands for the chain: nothing follows it within the window.
final as (

    select
        issue_id,
        max(customer_id) as customer_id,
        bool_and(is_anonymous) as is_anonymous,
        max(reason) as reason,
        max(market) filter (where is_first_of_issue) as market,
        max(segment) filter (where is_first_of_issue) as segment,
        max(interaction_id) filter (where is_first_of_issue) as first_interaction_id,
        max(channel) filter (where is_first_of_issue) as channel,
        max(queue_id) filter (where is_first_of_issue) as queue_id,
        max(agent_id) filter (where is_first_of_issue) as agent_id,
        min(started_at) as first_contact_at,
        min(contact_local_date) as issue_local_date,
        max(interaction_id) filter (where not has_repeat_of_reason)
            as last_interaction_id,
        max(channel) filter (where not has_repeat_of_reason) as last_channel,
        max(started_at) as last_contact_at,
        max(contact_local_date) as last_contact_local_date,
        cast(count(*) as bigint) as count_contacts,
        cast(count(distinct channel) as bigint) as count_channels,
        cast(count(distinct agent_id) as bigint) as count_agents,
        bool_or(is_first_of_issue and not has_repeat_of_reason) as is_single_contact

    from met_issue_contacts

    group by issue_id

)

select * from final
