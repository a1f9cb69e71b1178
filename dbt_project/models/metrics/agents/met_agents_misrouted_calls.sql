-- Grain: one row per contact that an agent passed on within a minute of the answer.
with

fct_call_legs as (

    select * from {{ ref('fct_call_legs') }}
    where is_misroute

),

final as (

    select contact_id

    from fct_call_legs

    group by contact_id

)

select * from final
