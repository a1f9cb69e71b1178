-- Grain: one row per two keys that a record or an override ties, in one kind of link.
with recursive

records as (

    select * from {{ ref('int_identity__records_collected') }}

),

overrides as (

    select * from {{ ref('identity_overrides') }}
    where left_key <> right_key

),

matches as (

    select * from {{ ref('int_identity__matches_latest') }}
    where match_weight >= {{ var('match_weight_to_link') }}

),

-- A record ties its own key to each other key that it carries.
pairs as (

    select
        identity_key,
        email_key as linked_key,
        'email' as linked_by,
        email_is_shared as is_listed,
        cast(null as varchar) as other_email_key,
        is_customer_record

    from records
    where email_key is not null
    union all
    select
        identity_key,
        phone_key as linked_key,
        'phone' as linked_by,
        false as is_listed,
        email_key as other_email_key,
        is_customer_record

    from records
    where phone_key is not null
    union all
    select
        identity_key,
        other_key as linked_key,
        other_kind as linked_by,
        false as is_listed,
        cast(null as varchar) as other_email_key,
        false as is_customer_record

    from records
    where other_key is not null

),

-- A record into which many were merged is no contact value.
contact_pairs as (

    select * from pairs
    where linked_by <> 'merged'

),

judged_contacts as (

    select
        linked_key as contact_key,
        bool_or(is_listed) as is_listed,
        bool_or(linked_by = 'visitor') as is_visitor,
        min(other_email_key) filter (where is_customer_record)
        <> max(other_email_key) filter (where is_customer_record)
            as has_several_emails

    from contact_pairs
    group by linked_key

),

counted_contacts as (

    select
        linked_key as contact_key,
        count(distinct identity_key) as count_customers

    from contact_pairs
    where identity_key like 'customer:%'
    group by linked_key

),

contacts as (

    select
        judged.contact_key,
        case
            when judged.is_listed then 'listed'
            when counted.count_customers > {{ var('shared_contact_limit') }}
                then 'many_customers'
            -- One phone of customers with several addresses: a family's or an office's.
            when judged.has_several_emails then 'several_emails'
            -- One browser in which several customers signed in.
            when judged.is_visitor and counted.count_customers > 1
                then 'several_customers'
        end as shared_because

    from judged_contacts as judged
    left join counted_contacts as counted
        on judged.contact_key = counted.contact_key

),

shared_contacts as (

    select * from contacts
    where shared_because is not null

),

evidence as (

    select
        pairs.identity_key,
        pairs.linked_key,
        pairs.linked_by,
        coalesce(
            max(shared_value.contact_key), max(shared_own.contact_key)
        ) as shared_key,
        coalesce(
            max(shared_value.shared_because), max(shared_own.shared_because)
        ) as cut_because

    from pairs
    left join shared_contacts as shared_value
        on pairs.linked_key = shared_value.contact_key
    left join shared_contacts as shared_own
        on pairs.identity_key = shared_own.contact_key
    where pairs.identity_key <> pairs.linked_key
    group by pairs.identity_key, pairs.linked_key, pairs.linked_by
    union all
    -- What a person decided holds also for a shared contact value.
    select
        left_key as identity_key,
        right_key as linked_key,
        'forced' as linked_by,
        cast(null as varchar) as shared_key,
        cast(null as varchar) as cut_because

    from overrides
    where rule = 'force'
    union all
    select
        left_key as identity_key,
        right_key as linked_key,
        'match' as linked_by,
        cast(null as varchar) as shared_key,
        cast(null as varchar) as cut_because

    from matches

),

edges as (

    select
        identity_key,
        linked_key as neighbor_key,
        case when linked_by = 'forced' then 0 else 1 end as hops

    from evidence
    where cut_because is null
    union
    select
        linked_key as identity_key,
        identity_key as neighbor_key,
        case when linked_by = 'forced' then 0 else 1 end as hops

    from evidence
    where cut_because is null

),

forbidden as (

    select distinct
        least(left_key, right_key) as left_key,
        greatest(left_key, right_key) as right_key

    from overrides
    where rule = 'forbid'

),

opposed as (

    select
        left_key as identity_key,
        right_key as opposed_key

    from forbidden
    union all
    select
        right_key as identity_key,
        left_key as opposed_key

    from forbidden

),

-- A side begins with its key and whoever is forbidden to the other side.
starts as (

    select
        forbidden.left_key,
        forbidden.right_key,
        'left' as side,
        opposed.identity_key

    from forbidden
    inner join opposed
        on forbidden.right_key = opposed.opposed_key
    union all
    select
        forbidden.left_key,
        forbidden.right_key,
        'right' as side,
        opposed.identity_key

    from forbidden
    inner join opposed
        on forbidden.left_key = opposed.opposed_key

),

walks (left_key, right_key, side, identity_key, steps) as (

    select
        left_key,
        right_key,
        side,
        identity_key,
        0 as steps

    from starts
    union
    select
        walks.left_key,
        walks.right_key,
        walks.side,
        edges.neighbor_key as identity_key,
        walks.steps + edges.hops as steps

    from walks
    inner join edges
        on walks.identity_key = edges.identity_key
    where walks.steps + edges.hops <= {{ var('identity_reach') }}

),

reached as (

    select
        left_key,
        right_key,
        identity_key,
        min(steps) filter (where side = 'left') as left_steps,
        min(steps) filter (where side = 'right') as right_steps,
        count(*) filter (where side = 'left') > 0
        and count(*) filter (where side = 'right') > 0 as is_reached_by_both

    from walks
    group by left_key, right_key, identity_key

),

tied_pairs as (

    select
        left_key,
        right_key

    from reached
    where is_reached_by_both
    group by left_key, right_key

),

-- A key stands with the side that it is nearer to; as near to both, with neither.
sides as (

    select
        reached.left_key,
        reached.right_key,
        reached.identity_key,
        case
            when reached.identity_key = reached.left_key then 'left'
            when reached.identity_key = reached.right_key then 'right'
            when reached.right_steps is null then 'left'
            when reached.left_steps is null then 'right'
            when reached.left_steps < reached.right_steps then 'left'
            when reached.left_steps > reached.right_steps then 'right'
            else 'neither'
        end as side

    from reached
    inner join tied_pairs
        on reached.left_key = tied_pairs.left_key
            and reached.right_key = tied_pairs.right_key

),

crossings as (

    select distinct
        edges.identity_key,
        edges.neighbor_key

    from sides
    inner join edges
        on sides.identity_key = edges.identity_key
    left join sides as neighbor_sides
        on edges.neighbor_key = neighbor_sides.identity_key
            and sides.left_key = neighbor_sides.left_key
            and sides.right_key = neighbor_sides.right_key
    where sides.side <> coalesce(neighbor_sides.side, 'neither')

),

final as (

    select
        evidence.identity_key,
        evidence.linked_key,
        evidence.linked_by,
        evidence.shared_key,
        coalesce(
            evidence.cut_because,
            case
                when coalesce(forward.identity_key, backward.neighbor_key) is not null
                    then 'forbidden'
            end
        ) as cut_because

    from evidence
    left join crossings as forward
        on evidence.identity_key = forward.identity_key
            and evidence.linked_key = forward.neighbor_key
    left join crossings as backward
        on evidence.identity_key = backward.neighbor_key
            and evidence.linked_key = backward.identity_key

)

select * from final
