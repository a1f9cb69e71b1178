-- Grain: one row per key by which a person was ever met.
with recursive

records as (

    select * from {{ ref('int_identity__records_collected') }}

),

-- A record ties its own key to each contact value that it carries.
pairs as (

    select
        identity_key,
        email_key as contact_key,
        'email' as linked_by,
        email_is_shared as is_listed,
        cast(null as varchar) as other_email_key,
        is_customer_record,
        first_landed_at

    from records
    where email_key is not null
    union all
    select
        identity_key,
        phone_key as contact_key,
        'phone' as linked_by,
        false as is_listed,
        email_key as other_email_key,
        is_customer_record,
        first_landed_at

    from records
    where phone_key is not null

),

-- One phone of customers with several e-mail addresses is a family's or an office's.
contacts as (

    select
        contact_key,
        bool_or(is_listed)
        or count(distinct identity_key) filter (where identity_key like 'customer:%')
        > {{ var('shared_contact_limit') }}
        or count(distinct other_email_key) filter (where is_customer_record) > 1
            as is_shared,
        min(first_landed_at) as first_landed_at

    from pairs
    group by contact_key

),

shared_contacts as (

    select contact_key from contacts
    where is_shared

),

keys as (

    select
        identity_key,
        bool_or(is_customer_record) as is_customer_record,
        bool_or(is_shared) as is_shared,
        min(first_landed_at) as first_landed_at

    from (
        select
            identity_key,
            is_customer_record,
            false as is_shared,
            first_landed_at

        from records
        union all
        select
            contact_key as identity_key,
            false as is_customer_record,
            is_shared,
            first_landed_at

        from contacts
    ) as named

    group by identity_key

),

links as (

    select distinct
        pairs.identity_key,
        pairs.contact_key,
        pairs.linked_by

    from pairs
    left join shared_contacts as shared_own
        on pairs.identity_key = shared_own.contact_key
    left join shared_contacts as shared_value
        on pairs.contact_key = shared_value.contact_key
    where
        pairs.identity_key <> pairs.contact_key
        and shared_own.contact_key is null
        and shared_value.contact_key is null

),

edges as (

    select
        identity_key,
        contact_key as neighbor_key,
        linked_by

    from links
    union all
    select
        contact_key as identity_key,
        identity_key as neighbor_key,
        linked_by

    from links

),

linked_keys as (

    select
        edges.identity_key,
        min(edges.linked_by) as linked_by,
        -- Seniority: first landed, then the key itself, which no other key has.
        row_number() over (
            order by min(keys.first_landed_at), edges.identity_key
        ) as seniority

    from edges
    inner join keys
        on edges.identity_key = keys.identity_key
    group by edges.identity_key

),

ranked_edges as (

    select
        own.seniority,
        neighbor.seniority as neighbor_seniority

    from edges
    inner join linked_keys as own
        on edges.identity_key = own.identity_key
    inner join linked_keys as neighbor
        on edges.neighbor_key = neighbor.identity_key

),

-- The elder of a person travels to every other key of it through younger keys only.
elders (seniority, elder) as (

    select
        seniority,
        seniority as elder

    from linked_keys
    union
    select
        ranked_edges.neighbor_seniority as seniority,
        elders.elder

    from elders
    inner join ranked_edges
        on elders.seniority = ranked_edges.seniority
    where elders.elder < ranked_edges.neighbor_seniority

),

persons as (

    select
        seniority,
        min(elder) as elder

    from elders
    group by seniority

),

resolved as (

    select
        keys.identity_key,
        coalesce(elder_keys.identity_key, keys.identity_key) as elder_key,
        split_part(keys.identity_key, ':', 1) as key_kind,
        keys.is_customer_record,
        keys.is_shared,
        keys.first_landed_at,
        case
            when persons.elder <> persons.seniority then linked_keys.linked_by
            else 'self'
        end as linked_by

    from keys
    left join linked_keys
        on keys.identity_key = linked_keys.identity_key
    left join persons
        on linked_keys.seniority = persons.seniority
    left join linked_keys as elder_keys
        on persons.elder = elder_keys.seniority

),

final as (

    select
        identity_key,
        md5(elder_key) as customer_id,
        key_kind,
        bool_or(is_customer_record) over (partition by elder_key) as is_known,
        is_shared,
        first_landed_at,
        linked_by

    from resolved

)

select * from final
