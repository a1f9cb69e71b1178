{{ config(materialized='view') }}
-- Grain: one row per customer and channel, or `any`, decided on for every purpose.
with

fct_consents as (

    select * from {{ ref('fct_consents') }}

),

decisions as (

    select
        customer_id,
        channel,
        is_allowed,
        valid_from

    from fct_consents

    where is_current and purpose = 'any'

),

decided_channels as (

    select
        customer_id,
        channel

    from decisions

    group by customer_id, channel

),

-- The last decision stands; of one instant, the refusal.
final as (

    select
        decided_channels.customer_id,
        decided_channels.channel,
        not decisions.is_allowed as is_refused

    from decided_channels

    inner join decisions
        on decided_channels.customer_id = decisions.customer_id
            and decisions.channel in (decided_channels.channel, 'any')

    qualify row_number() over (
            partition by decided_channels.customer_id, decided_channels.channel
            order by decisions.valid_from desc, decisions.is_allowed asc
        ) = 1

)

select * from final
