-- Grain: one row, the run.
with

source as (

    select * from {{ source('raw', 'meta_run') }}

)

select * from source
