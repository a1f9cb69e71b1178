-- Grain: one row per person who became a customer.
with

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}
    where lifecycle_state = 'new' and entry_number = 1

),

met_acquisition_touches as (

    select * from {{ ref('met_acquisition_touches') }}

),

-- The last touch that was not direct; whoever was touched by none came unknown.
touches as (

    select
        spells.customer_id,
        touches.acquisition_source

    from met_lifecycle_spells as spells

    inner join met_acquisition_touches as touches
        on spells.customer_id = touches.customer_id
            and spells.entered_on >= touches.touched_local_date
            and spells.entered_on
            < cast(
                touches.touched_local_date
                + interval 1 day * {{ var('attribution_window_days') }} as date
            )

    qualify row_number() over (
            partition by spells.customer_id
            order by
                cast(touches.acquisition_source = 'direct' as integer) asc,
                touches.touched_at desc,
                touches.acquisition_source asc
        ) = 1

),

final as (

    select
        spells.customer_id,
        spells.entered_on as became_customer_on,
        coalesce(touches.acquisition_source, 'unknown') as acquisition_source,
        spells.market,
        spells.segment

    from met_lifecycle_spells as spells

    left join touches
        on spells.customer_id = touches.customer_id

)

select * from final
