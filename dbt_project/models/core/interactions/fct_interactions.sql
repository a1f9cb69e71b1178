-- Grain: one row per touch of any channel.
with

calls as (

    select * from {{ ref('fct_calls') }}

),

responses as (

    select * from {{ ref('fct_survey_responses') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

touches as (

    select * from {{ ref('int_interactions__touches_latest') }}
    where not is_deleted

),

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}
    where kind = 'agent'

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}
    where is_current

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        'call:' || contact_id as interaction_id,
        source_id,
        contact_id as source_record_id,
        'phone' as channel,
        direction,
        'service' as purpose,
        reason,
        entered_at as started_at,
        entered_local_date as started_local_date,
        ended_at,
        agent_id,
        last_queue_id as queue_id,
        identity_key,
        customer_id,
        outcome,
        is_internal

    from calls
    union all
    select
        'response:' || response_id as interaction_id,
        split_part(response_id, ':', 1) as source_id,
        response_id as source_record_id,
        coalesce(channel, 'survey') as channel,
        'inbound' as direction,
        'feedback' as purpose,
        cast(null as varchar) as reason,
        coalesce(started_at, submitted_at) as started_at,
        submitted_local_date as started_local_date,
        submitted_at as ended_at,
        agent_id,
        queue_id,
        identity_key,
        customer_id,
        case when is_complete then 'completed' else 'partial' end as outcome,
        is_internal

    from responses
    where not is_test
    union all
    select
        'order:' || order_id as interaction_id,
        source_id,
        order_id as source_record_id,
        coalesce(channel, 'order') as channel,
        'inbound' as direction,
        'sales' as purpose,
        product_name as reason,
        ordered_at as started_at,
        ordered_local_date as started_local_date,
        cast(null as timestamp) as ended_at,
        cast(null as varchar) as agent_id,
        cast(null as varchar) as queue_id,
        identity_key,
        customer_id,
        status as outcome,
        is_internal

    from orders
    union all
    select
        'touch:' || touches.interaction_id as interaction_id,
        touches.source_id,
        touches.interaction_id as source_record_id,
        touches.channel,
        touches.direction,
        touches.purpose,
        touches.reason,
        touches.started_at,
        touches.started_local_date,
        touches.ended_at,
        parties.party_id as agent_id,
        cast(null as varchar) as queue_id,
        touches.identity_key,
        identities.customer_id,
        touches.outcome,
        coalesce(customers.is_internal, false) as is_internal

    from touches
    inner join run
        on touches.started_local_date < run.as_of
    left join parties
        on touches.source_id = parties.source_id
            and touches.agent_number = parties.name
    left join identities
        on touches.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id

)

select * from final
