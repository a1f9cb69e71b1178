-- Grain: one row per recommendation of one customer to another person.
with

referrals as (

    select * from {{ ref('int_sales__referrals_latest') }}
    where not is_deleted

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

resolved as (

    select
        referrals.*,
        referrers.customer_id,
        referred.customer_id as referred_customer_id,
        coalesce(referrers.customer_id = referred.customer_id, false)
            as is_self_referral,
        cast({{ to_local('referrals.converted_at', 'run.time_zone') }} as date)
            as converted_local_date,
        run.as_of

    from referrals
    inner join run
        on {{ is_before_as_of('referrals.referred_local_date') }}
    left join identities as referrers
        on referrals.identity_key = referrers.identity_key
    left join identities as referred
        on referrals.referred_customer_key = referred.identity_key

),

-- The first referrer of a person wins; who is not named yet counts once.
ranked as (

    select
        *,
        row_number() over (
            partition by
                coalesce(referred_customer_id, referred_customer_key, referral_id),
                is_self_referral
            order by referred_at, referral_id
        ) as position_of_referrer

    from resolved

),

final as (

    select
        ranked.referral_id,
        ranked.source_id,
        ranked.identity_key,
        ranked.customer_id,
        customers.segment,
        customers.market,
        ranked.referred_customer_id,
        ranked.channel,
        ranked.referred_at,
        ranked.referred_local_date,
        case
            when ranked.converted_local_date < ranked.as_of then ranked.converted_at
        end as converted_at,
        case
            when ranked.converted_local_date < ranked.as_of
                then ranked.converted_local_date
        end as converted_local_date,
        ranked.is_self_referral,
        not ranked.is_self_referral and ranked.position_of_referrer = 1 as is_credited,
        coalesce(customers.is_internal, false) as is_internal

    from ranked
    left join customers
        on ranked.customer_id = customers.customer_id
            and ranked.referred_at >= customers.valid_from
            and ranked.referred_at < customers.valid_to

)

select * from final
