{{ config(materialized='view') }}
-- Grain: one row per pair of customer records that are likely one person.
with

edges as (

    select * from {{ ref('stg_enriched__identity_edges') }}
    qualify row_number() over (
            partition by pair_id order by load_seq desc, operation desc
        ) = 1

),

final as (

    select
        left_key,
        right_key,
        match_weight

    from edges
    where operation = 'upsert'

)

select * from final
