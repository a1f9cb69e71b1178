-- Grain: one row per act by which a person recommended the company to others.
with

-- Who refers to themselves has recommended nobody.
referrals as (

    select * from {{ ref('fct_referrals') }}
    where not is_self_referral

),

reviews as (

    select * from {{ ref('int_service__reviews_latest') }}
    where not is_deleted and not coalesce(is_bot, false)

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

acts as (

    select
        'referral' as act_kind,
        referral_id as source_record_id,
        source_id,
        identity_key,
        referred_at as acted_at,
        referred_local_date as acted_local_date

    from referrals
    union all
    select
        'review' as act_kind,
        review_id as source_record_id,
        source_id,
        identity_key,
        posted_at as acted_at,
        posted_local_date as acted_local_date

    from reviews
    -- Four of five stars, or as much of another scale, recommend.
    where rating >= 0.8 * rating_maximum

),

final as (

    select
        acts.act_kind || ':' || acts.source_record_id as advocacy_act_id,
        acts.act_kind,
        acts.source_record_id,
        acts.source_id,
        acts.identity_key,
        coalesce(identities.customer_id, md5(acts.identity_key)) as customer_id,
        not coalesce(identities.is_known, false) as is_anonymous,
        customers.segment,
        customers.market,
        acts.acted_at,
        acts.acted_local_date,
        coalesce(customers.is_internal, false) as is_internal

    from acts
    inner join run
        on {{ is_before_as_of('acts.acted_local_date') }}
    {{ join_person_at('acts', 'acts.acted_at') }}

)

select * from final
