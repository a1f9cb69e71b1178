{{ config(materialized='view') }}
-- Grain: one row per customer.
with

met_preferences as (

    select * from {{ ref('met_preferences') }}

),

final as (

    select
        customer_id,
        market,
        segment,
        preferred_channel,
        preference_source,
        preference_source <> 'unknown' as is_known,
        stated_channel,
        stated_at,
        behavior_channel,
        behavior_score,
        scored_on

    from met_preferences

)

select * from final
