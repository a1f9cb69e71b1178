-- Grain: one row per key by which a person was ever met.
with recursive

records as (

    select * from {{ ref('int_identity__records_collected') }}

),

links as (

    select * from {{ ref('int_identity__links_found') }}

),

born_ids as (

    select * from {{ ref('int_identity__born_ids') }}

),

shared_keys as (

    select distinct shared_key from links
    where shared_key is not null

),

named as (

    select
        identity_key,
        is_customer_record,
        first_landed_at,
        false as is_only_quoted

    from records
    union all
    select
        email_key as identity_key,
        false as is_customer_record,
        first_landed_at,
        false as is_only_quoted

    from records
    where email_key is not null
    union all
    select
        phone_key as identity_key,
        false as is_customer_record,
        first_landed_at,
        false as is_only_quoted

    from records
    where phone_key is not null
    union all
    -- What a record quotes is a record of its own; a visitor has none, and what another
    -- record was merged into may have none.
    select
        other_key as identity_key,
        false as is_customer_record,
        first_landed_at,
        other_kind = 'merged' as is_only_quoted

    from records
    where other_kind in ('visitor', 'merged') and other_key is not null

),

keys as (

    select
        named.identity_key,
        bool_or(named.is_customer_record) as is_customer_record,
        bool_or(shared_keys.shared_key is not null) as is_shared,
        bool_and(named.is_only_quoted) as is_only_quoted,
        -- What a merger names was not seen when the record that names it was.
        coalesce(
            min(case when not named.is_only_quoted then named.first_landed_at end),
            min(named.first_landed_at)
        ) as first_landed_at

    from named
    left join shared_keys
        on named.identity_key = shared_keys.shared_key
    group by named.identity_key

),

edges as (

    select
        identity_key,
        linked_key as neighbor_key,
        linked_by

    from links
    where cut_because is null
    union all
    select
        linked_key as identity_key,
        identity_key as neighbor_key,
        linked_by

    from links
    where cut_because is null

),

linked_keys as (

    select
        keys.identity_key,
        -- Seniority: first landed, then the key itself, which no other key has; a key
        -- that is only quoted is younger than who quotes it. No key of the pseudonyms
        -- makes another contact the elder.
        row_number() over (
            order by
                keys.first_landed_at,
                keys.is_only_quoted,
                split_part(keys.identity_key, ':', 1),
                case when born_ids.is_elder then 0 else 1 end,
                keys.identity_key
        ) as seniority

    from keys
    left join born_ids
        on keys.identity_key = born_ids.identity_key
    where keys.identity_key in (select edges.identity_key from edges)

),

ranked_edges as (

    select
        own.seniority,
        neighbor.seniority as neighbor_seniority,
        edges.neighbor_key,
        edges.linked_by

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

-- From the elder outward, so that the link that speaks for a key leads to its elder.
arrivals (seniority, elder, came_from, steps) as (

    select
        seniority,
        elder,
        cast(0 as bigint) as came_from,
        0 as steps

    from persons
    where seniority = elder
    union
    select
        ranked_edges.neighbor_seniority as seniority,
        arrivals.elder,
        ranked_edges.seniority as came_from,
        arrivals.steps + 1 as steps

    from arrivals
    inner join ranked_edges
        on arrivals.seniority = ranked_edges.seniority
    where
        ranked_edges.neighbor_seniority <> arrivals.elder
        and ranked_edges.neighbor_seniority <> arrivals.came_from
        and arrivals.steps < {{ var('identity_reach') }}

),

-- Beyond that reach, to the most senior neighbor. An elder leads nowhere.
first_links as (

    select
        ranked_edges.seniority,
        persons.elder,
        ranked_edges.neighbor_key,
        ranked_edges.linked_by

    from ranked_edges
    inner join persons
        on ranked_edges.seniority = persons.seniority
            and ranked_edges.seniority <> persons.elder
    left join arrivals
        on ranked_edges.seniority = arrivals.seniority
            and ranked_edges.neighbor_seniority = arrivals.came_from
    qualify row_number() over (
            partition by ranked_edges.seniority
            order by
                arrivals.steps asc nulls last,
                ranked_edges.neighbor_seniority asc,
                ranked_edges.linked_by asc
        ) = 1

),

resolved as (

    select
        keys.identity_key,
        coalesce(elder_keys.identity_key, keys.identity_key) as elder_key,
        split_part(keys.identity_key, ':', 1) as key_kind,
        keys.is_customer_record,
        keys.is_shared,
        keys.first_landed_at,
        coalesce(first_links.linked_by, 'self') as linked_by,
        first_links.neighbor_key as linked_key

    from keys
    left join linked_keys
        on keys.identity_key = linked_keys.identity_key
    left join first_links
        on linked_keys.seniority = first_links.seniority
    left join linked_keys as elder_keys
        on first_links.elder = elder_keys.seniority

),

known_persons as (

    select distinct elder_key from resolved
    where is_customer_record

),

final as (

    select
        resolved.identity_key,
        coalesce(born_ids.customer_id, md5(resolved.elder_key)) as customer_id,
        resolved.key_kind,
        known_persons.elder_key is not null as is_known,
        resolved.is_shared,
        resolved.first_landed_at,
        resolved.linked_by,
        resolved.linked_key

    from resolved
    left join known_persons
        on resolved.elder_key = known_persons.elder_key
    left join born_ids
        on resolved.elder_key = born_ids.identity_key

)

select * from final
