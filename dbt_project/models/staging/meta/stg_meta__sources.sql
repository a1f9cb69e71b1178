-- Grain: one row per configured source instance.
with

source as (

    select * from {{ source('raw', 'meta_sources') }}

)

select * from source
