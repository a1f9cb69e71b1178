-- Grain: one row per agent and local day with a handled contact, evaluated or not.
with

met_contact_center_cells as (

    select * from {{ ref('met_contact_center_cells') }}
    where cell_kind = 'agent'

),

met_agents_evaluations as (

    select * from {{ ref('met_agents_evaluations') }}
    where is_counted

),

fct_queue_entries as (

    select * from {{ ref('fct_queue_entries') }}

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

evaluated_contacts as (

    select
        contact_id,
        agent_id

    from met_agents_evaluations

    where contact_id is not null

    group by contact_id, agent_id

),

-- What counts as handled is what met_contact_center_cells counts.
evaluated_days as (

    select
        entries.agent_id,
        entries.answered_local_date,
        cast(count(*) as bigint) as count_evaluated

    from fct_queue_entries as entries

    inner join evaluated_contacts
        on entries.contact_id = evaluated_contacts.contact_id
            and entries.agent_id = evaluated_contacts.agent_id

    where
        entries.outcome = 'answered'
        and not entries.is_open
        and not entries.is_internal
        and entries.talk_milliseconds is not null
        and coalesce(entries.direction, 'inbound') = 'inbound'

    group by entries.agent_id, entries.answered_local_date

),

final as (

    select
        cells.agent_id,
        cells.local_date,
        dim_agents.team_name,
        cells.count_handled,
        coalesce(evaluated_days.count_evaluated, 0) as count_evaluated

    from met_contact_center_cells as cells

    left join evaluated_days
        on cells.agent_id = evaluated_days.agent_id
            and cells.local_date = evaluated_days.answered_local_date

    left join dim_agents
        on cells.agent_id = dim_agents.agent_id
            and dim_agents.valid_from <= cast(cells.local_date as timestamp)
            and dim_agents.valid_to > cast(cells.local_date as timestamp)

)

select * from final
