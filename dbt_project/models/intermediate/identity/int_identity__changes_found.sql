-- Grain: one row per key whose person or link the lake does not know yet.
with

keys as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

landed as (

    select * from {{ ref('stg_published__customer_identities') }}
    where operation = 'upsert'

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

known as (

    select
        identity_key,
        customer_id,
        linked_by,
        linked_key

    from landed
    qualify row_number() over (
            partition by identity_key order by load_seq desc, run_id desc
        ) = 1

),

compared as (

    select
        coalesce(keys.identity_key, known.identity_key) as identity_key,
        keys.customer_id,
        keys.linked_by,
        keys.linked_key,
        known.customer_id as previous_customer_id,
        known.linked_by as previous_linked_by,
        known.linked_key as previous_linked_key

    from keys
    full join known
        on keys.identity_key = known.identity_key

),

changed as (

    select *
    from compared
    where
        customer_id is distinct from previous_customer_id
        or linked_by is distinct from previous_linked_by
        or linked_key is distinct from previous_linked_key

),

living_persons as (

    select distinct customer_id from keys

),

-- Who became whom, and of how many earlier persons the later one consists.
moves as (

    select
        customer_id,
        previous_customer_id,
        count(*) over (partition by customer_id) as count_predecessors

    from compared
    where customer_id is not null and previous_customer_id is not null
    group by customer_id, previous_customer_id

),

kinds as (

    select
        moves.customer_id,
        moves.previous_customer_id,
        case
            when moves.customer_id = moves.previous_customer_id then 'relink'
            when living_persons.customer_id is not null then 'split'
            when moves.count_predecessors > 1 then 'merge'
            else 'rename'
        end as change_kind

    from moves
    left join living_persons
        on moves.previous_customer_id = living_persons.customer_id

),

-- A merge was caused by the link through which keys of the one reach the other.
entries as (

    select
        compared.customer_id,
        compared.previous_customer_id,
        compared.linked_by as caused_by,
        compared.identity_key as cause_left_key,
        compared.linked_key as cause_right_key

    from compared
    inner join kinds
        on compared.customer_id = kinds.customer_id
            and compared.previous_customer_id = kinds.previous_customer_id
            and kinds.change_kind = 'merge'
    left join known as neighbor
        on compared.linked_key = neighbor.identity_key
    where
        compared.linked_key is not null
        and neighbor.customer_id is distinct from compared.previous_customer_id

),

-- A split, by the link that held its keys to the rest and does no more.
exits as (

    select
        known.linked_by as caused_by,
        known.identity_key as cause_left_key,
        known.linked_key as cause_right_key,
        known.customer_id as previous_customer_id,
        own.customer_id,
        neighbor.customer_id as neighbor_customer_id

    from known
    left join keys as own
        on known.identity_key = own.identity_key
    left join keys as neighbor
        on known.linked_key = neighbor.identity_key
    where
        known.linked_key is not null
        and own.customer_id is distinct from neighbor.customer_id

),

causes as (

    select
        customer_id,
        previous_customer_id,
        caused_by,
        cause_left_key,
        cause_right_key

    from entries
    union all
    select
        kinds.customer_id,
        kinds.previous_customer_id,
        exits.caused_by,
        exits.cause_left_key,
        exits.cause_right_key

    from exits
    inner join kinds
        on exits.previous_customer_id = kinds.previous_customer_id
            and kinds.customer_id in (exits.customer_id, exits.neighbor_customer_id)
    where kinds.change_kind in ('split', 'rename')

),

-- Several links at once: the first by its keys is named.
first_causes as (

    select * from causes
    qualify row_number() over (
            partition by customer_id, previous_customer_id
            order by cause_left_key, cause_right_key, caused_by
        ) = 1

),

final as (

    select
        changed.identity_key,
        changed.customer_id,
        changed.previous_customer_id,
        case
            when changed.previous_customer_id is null then 'new'
            when changed.customer_id is null then 'gone'
            else kinds.change_kind
        end as change_kind,
        changed.linked_by,
        changed.linked_key,
        first_causes.caused_by,
        first_causes.cause_left_key,
        first_causes.cause_right_key,
        run.frozen_at as changed_at,
        run.run_id

    from changed
    cross join run
    left join kinds
        on changed.customer_id = kinds.customer_id
            and changed.previous_customer_id = kinds.previous_customer_id
    left join first_causes
        on changed.customer_id = first_causes.customer_id
            and changed.previous_customer_id = first_causes.previous_customer_id

)

select * from final
