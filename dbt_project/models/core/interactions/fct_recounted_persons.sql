-- Grain: one row per person to be counted again, touch and change that ask for it.
with

int_interactions__persons_recounted as (

    select * from {{ ref('int_interactions__persons_recounted') }}

),

final as (

    select
        customer_id,
        interaction_id,
        change_seq

    from int_interactions__persons_recounted

)

select * from final
