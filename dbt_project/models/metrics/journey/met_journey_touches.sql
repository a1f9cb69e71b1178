{{ grows_by_person() }}
-- Grain: one row per touch of a known person at a touchpoint.
with

{{ affected_persons() }},

fct_interactions as (

    select
        interaction_id,
        touchpoint,
        customer_id,
        segment,
        coalesce(direction, 'inbound') = 'inbound' as is_by_customer,
        started_at,
        started_local_date

    from {{ ref('fct_interactions') }}
    where not is_internal and not is_anonymous and {{ is_of_affected_person() }}

),

followed as (

    select
        *,
        min(case when is_by_customer then started_at end) over (
            partition by customer_id
            order by started_at, interaction_id
            rows between 1 following and unbounded following
        ) as next_at

    from fct_interactions

),

final as (

    select
        interaction_id,
        customer_id,
        touchpoint,
        segment,
        started_local_date,
        next_at is null
        or next_at > started_at + interval 1 day * {{ var('journey_drop_off_days') }}
            as is_last

    from followed

    where touchpoint is not null

)

select * from final
