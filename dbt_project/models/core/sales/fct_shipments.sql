-- Grain: one row per delivery of an order.
with

shipments as (

    select * from {{ ref('int_sales__shipments_latest') }}
    where not is_deleted

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

-- What arrives on or after as_of is still on its way.
localized as (

    select
        shipments.shipment_id,
        shipments.source_id,
        shipments.order_id,
        shipments.shipped_at,
        shipments.promised_at,
        case
            when shipments.delivered_local_date < run.as_of then shipments.delivered_at
        end as delivered_at,
        case
            when shipments.delivered_local_date < run.as_of
                then shipments.delivered_local_date
        end as delivered_local_date,
        cast({{ to_local('shipments.promised_at', 'run.time_zone') }} as date)
            as promised_local_date,
        cast({{ to_local('shipments.shipped_at', 'run.time_zone') }} as date)
            as shipped_local_date,
        shipments.is_complete,
        shipments.is_damaged,
        shipments.is_correctly_documented,
        run.as_of

    from shipments
    cross join run

),

final as (

    select
        shipment_id,
        source_id,
        order_id,
        shipped_at,
        shipped_local_date,
        promised_at,
        promised_local_date,
        delivered_at,
        delivered_local_date,
        case
            when promised_at is null then null
            when delivered_at is not null then delivered_at <= promised_at
            when promised_local_date < as_of then false
        end as is_on_time,
        is_complete,
        not is_damaged as is_undamaged,
        is_correctly_documented

    from localized
    where coalesce(shipped_local_date < as_of, true)

)

select * from final
