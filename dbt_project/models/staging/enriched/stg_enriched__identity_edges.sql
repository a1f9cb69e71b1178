-- Grain: one row per pair of customer records and change of how likely they are one
-- person.
with

source as (

    select * from {{ source('raw', 'enriched__identity_edges') }}

),

renamed as (

    select
        _load_seq as load_seq,
        _op as operation,
        source_id as pair_id,
        left_key,
        right_key,
        cast(match_weight as integer) as match_weight

    from source

)

select * from renamed
