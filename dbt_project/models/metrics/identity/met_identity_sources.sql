-- Grain: one row per source: the ids by which it met persons, as of the run.
with

fct_interactions as (

    select * from {{ ref('fct_interactions') }}

),

dim_customer_identities as (

    select * from {{ ref('dim_customer_identities') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- A record of a customer is an id of its source also while nothing happened.
source_ids as (

    select
        source_id,
        identity_key,
        customer_id

    from fct_interactions

    union

    select
        split_part(identity_key, ':', 2) as source_id,
        identity_key,
        customer_id

    from dim_customer_identities

    where key_kind = 'customer'

),

persons as (

    select
        customer_id,
        count(distinct source_id) as count_sources

    from source_ids

    group by customer_id

),

-- A person is counted once, where it was met first.
placed as (

    select
        source_ids.source_id,
        persons.count_sources >= 2 as is_matched,
        row_number() over (
            partition by source_ids.customer_id
            order by
                identities.first_landed_at nulls last,
                source_ids.identity_key,
                source_ids.source_id
        ) = 1 as is_first

    from source_ids

    inner join persons
        on source_ids.customer_id = persons.customer_id

    left join dim_customer_identities as identities
        on source_ids.identity_key = identities.identity_key

),

final as (

    select
        placed.source_id,
        dim_run.as_of,
        cast(dim_run.as_of - interval 1 day as date) as snapshot_date,
        count(*) as count_source_ids,
        count(*) filter (where placed.is_matched) as count_matched,
        count(*) filter (where placed.is_first) as count_persons

    from placed

    cross join dim_run

    group by placed.source_id, dim_run.as_of

)

select * from final
