{{ config(materialized='table') }}
-- Grain: one row per call that came to the voice menu.
with

ivr_calls as (

    select * from {{ ref('int_calls__ivr_calls_derived') }}
    where not is_deleted

),

contacts as (

    select
        contact_id,
        source_id,
        call_id,
        identity_key

    from {{ ref('int_calls__contacts_aggregated') }}
    where not is_deleted

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

continued_calls as (

    select
        ivr_calls.ivr_call_id,
        contacts.contact_id,
        contacts.identity_key

    from ivr_calls
    inner join contacts
        on ivr_calls.call_number = contacts.call_id
    -- Two call centers may use one number: the menu's own, then the first by key.
    qualify row_number() over (
            partition by ivr_calls.ivr_call_id
            order by
                case when contacts.source_id = ivr_calls.source_id then 0 else 1 end,
                contacts.contact_id
        ) = 1

),

identified as (

    select
        ivr_calls.*,
        continued_calls.contact_id,
        coalesce(
            continued_calls.identity_key,
            ivr_calls.phone_key,
            'call:' || ivr_calls.ivr_call_id
        ) as identity_key

    from ivr_calls
    left join continued_calls
        on ivr_calls.ivr_call_id = continued_calls.ivr_call_id

),

final as (

    select
        identified.ivr_call_id,
        identified.source_id,
        identified.contact_id,
        identified.identity_key,
        -- Who hides the number and reaches no queue is a person of their own.
        coalesce(identities.customer_id, md5(identified.identity_key)) as customer_id,
        customers.segment,
        customers.market,
        identified.first_menu,
        identified.last_node,
        identified.entered_at,
        identified.entered_local_date,
        identified.last_event_at,
        identified.count_steps,
        identified.outcome,
        coalesce(customers.is_internal, false) as is_internal

    from identified
    inner join run
        on {{ is_before_as_of('identified.entered_local_date') }}
    left join identities
        on identified.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id
            and identified.entered_at >= customers.valid_from
            and identified.entered_at < customers.valid_to

)

select * from final
