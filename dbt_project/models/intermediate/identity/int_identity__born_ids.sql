{{ config(materialized='view') }}
-- Grain: one row per contact value that gave a person its id under an earlier key of
-- the pseudonyms.
with

landed as (

    select * from {{ ref('stg_published__customer_identities') }}
    where
        operation = 'upsert'
        and (identity_key like 'email:%' or identity_key like 'phone:%')

),

ranked as (

    select
        identity_key,
        customer_id,
        linked_by,
        row_number() over (
            partition by identity_key order by load_seq desc, run_id desc
        ) as recency

    from landed

),

-- Who is linked by itself gave its person the id.
final as (

    select
        identity_key,
        max(customer_id) as customer_id,
        bool_or(recency = 1) as is_elder

    from ranked
    where linked_by = 'self' and customer_id <> md5(identity_key)
    group by identity_key

)

select * from final
