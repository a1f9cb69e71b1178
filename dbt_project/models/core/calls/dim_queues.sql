-- Grain: one row per queue of a call center, or known from elsewhere only.
with

parties as (

    select * from {{ ref('int_calls__parties_resolved') }}
    where kind = 'queue' and source_id = home_source_id

),

final as (

    select
        party_id as queue_id,
        name as queue_name,
        source_id

    from parties

)

select * from final
