-- Grain: one row per configured source instance.
with

sources as (

    select * from {{ ref('stg_meta__sources') }}

),

final as (

    select
        source_id,
        connector,
        status,
        data_through

    from sources

)

select * from final
