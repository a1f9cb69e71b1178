{{ config(materialized='incremental', unique_key='identity_key') }}
-- Grain: one row per key of a person, with the run that last changed what facts take
-- from it.
with

keys as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

person_versions as (

    select * from {{ ref('int_customers__person_versions') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

persons as (

    select
        customer_id,
        md5({{ ordered_agg(
            "concat_ws('|', valid_from, valid_to, coalesce(segment, ''), "
            ~ "coalesce(market, ''), is_internal)",
            'valid_from'
        ) }}) as content_hash

    from person_versions
    group by customer_id

),

current_keys as (

    select
        keys.identity_key,
        md5(concat_ws('|', keys.customer_id, keys.is_known, persons.content_hash))
            as content_hash,
        run.change_seq

    from keys
    cross join run
    left join persons
        on keys.customer_id = persons.customer_id

),

final as (

    select current_keys.*
    from current_keys
    {%- if is_incremental() %}
    left join {{ this }} as held
        on current_keys.identity_key = held.identity_key
    where current_keys.content_hash is distinct from held.content_hash
    {%- endif %}

)

select * from final
