-- Grain: one row per pair of keys that a person should look at, and reason.
with

keys as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

links as (

    select * from {{ ref('int_identity__links_found') }}

),

matches as (

    select * from {{ ref('int_identity__matches_latest') }}
    where match_weight >= {{ var('match_weight_to_review') }}

),

overrides as (

    select * from {{ ref('identity_overrides') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

holders as (

    select
        links.shared_key,
        links.identity_key,
        keys.customer_id,
        count(*) over (partition by links.shared_key) as count_holders

    from links
    inner join keys
        on links.identity_key = keys.identity_key
    where links.shared_key = links.linked_key and keys.key_kind = 'customer'

),

-- Customers whose contact value links nobody: one person twice, or a family?
sharers as (

    select
        holders.identity_key as left_key,
        others.identity_key as right_key,
        'shared_' || split_part(min(holders.shared_key), ':', 1) as reason,
        min(holders.shared_key) as shared_key,
        count(*) as count_shared_keys

    from holders
    inner join holders as others
        on holders.shared_key = others.shared_key
            and holders.identity_key < others.identity_key
            and holders.customer_id <> others.customer_id
    where holders.count_holders <= {{ var('shared_contact_limit') }}
    group by holders.identity_key, others.identity_key

),

-- What stood between the keys of a forbidden pair is nobody's until somebody decides.
contested as (

    select
        links.identity_key as left_key,
        links.linked_key as right_key,
        'cut_by_forbid' as reason,
        links.linked_key as shared_key,
        count(*) as count_shared_keys

    from links
    where links.cut_because = 'forbidden' and links.linked_by <> 'forced'
    group by links.identity_key, links.linked_key

),

likely_matches as (

    select
        matches.left_key,
        matches.right_key,
        'likely_match' as reason,
        cast(null as varchar) as shared_key,
        0 as count_shared_keys

    from matches
    inner join keys as left_keys
        on matches.left_key = left_keys.identity_key
    inner join keys as right_keys
        on matches.right_key = right_keys.identity_key
    left join sharers
        on matches.left_key = sharers.left_key
            and matches.right_key = sharers.right_key
    where
        left_keys.customer_id <> right_keys.customer_id and sharers.left_key is null

),

kept_overrides as (

    select
        overrides.left_key,
        overrides.right_key,
        case
            when left_keys.identity_key is null or right_keys.identity_key is null
                then 'unknown_key'
            when
                overrides.rule = 'force'
                and left_keys.customer_id <> right_keys.customer_id
                then 'force_not_kept'
            when
                overrides.rule = 'forbid'
                and left_keys.customer_id = right_keys.customer_id
                then 'forbid_not_kept'
        end as reason

    from overrides
    left join keys as left_keys
        on overrides.left_key = left_keys.identity_key
    left join keys as right_keys
        on overrides.right_key = right_keys.identity_key

),

decided as (

    select
        left_key,
        right_key

    from overrides
    union
    select
        right_key as left_key,
        left_key as right_key

    from overrides

),

doubts as (

    select * from sharers
    union all
    select * from contested
    union all
    select * from likely_matches

),

reviews as (

    select
        doubts.left_key,
        doubts.right_key,
        doubts.reason,
        doubts.shared_key,
        doubts.count_shared_keys,
        concat_ws(
            ',', doubts.left_key, doubts.right_key, 'force', doubts.reason, run.as_of
        ) as proposed_override

    from doubts
    cross join run
    left join decided
        on doubts.left_key = decided.left_key
            and doubts.right_key = decided.right_key
    where decided.left_key is null
    union all
    select
        left_key,
        right_key,
        reason,
        cast(null as varchar) as shared_key,
        0 as count_shared_keys,
        cast(null as varchar) as proposed_override

    from kept_overrides
    where reason is not null

),

final as (

    select
        reviews.left_key,
        reviews.right_key,
        reviews.reason,
        left_keys.customer_id as left_customer_id,
        right_keys.customer_id as right_customer_id,
        reviews.shared_key,
        cast(reviews.count_shared_keys as integer) as count_shared_keys,
        matches.match_weight,
        reviews.proposed_override

    from reviews
    left join keys as left_keys
        on reviews.left_key = left_keys.identity_key
    left join keys as right_keys
        on reviews.right_key = right_keys.identity_key
    left join matches
        on least(reviews.left_key, reviews.right_key) = matches.left_key
            and greatest(reviews.left_key, reviews.right_key) = matches.right_key

)

select * from final
