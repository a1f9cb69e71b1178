-- Grain: one row per local day of calls to be counted again and change asking for it.
with

int_calls__affected_days as (

    select * from {{ ref('int_calls__affected_days') }}

),

final as (

    select
        event_local_date,
        change_seq

    from int_calls__affected_days

)

select * from final
