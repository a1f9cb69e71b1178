-- Grain: one row per person, source of interest and day on which it brought the person.
with

fct_web_events as (

    select * from {{ ref('fct_web_events') }}
    where not is_bot and not is_internal

),

fct_communications as (

    select * from {{ ref('fct_communications') }}
    where
        purpose in ('marketing', 'sales')
        and not is_internal
        and not coalesce(is_test, false)

),

fct_referrals as (

    select * from {{ ref('fct_referrals') }}
    where is_credited and not is_internal

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

visits as (

    select
        visit_id,
        customer_id,
        min(occurred_at) as touched_at,
        min_by(campaign_source, occurred_at) filter (
            where coalesce(campaign_source, '') <> ''
        ) as campaign_source

    from fct_web_events

    where customer_id is not null

    group by visit_id, customer_id

),

-- A message that nobody reacted to has brought nobody.
touches as (

    select
        customer_id,
        coalesce(campaign_source, 'direct') as acquisition_source,
        touched_at

    from visits

    union all

    select
        customer_id,
        'campaign' as acquisition_source,
        coalesce(
            least(first_clicked_at, first_replied_at),
            first_clicked_at,
            first_replied_at
        ) as touched_at

    from fct_communications

    where
        customer_id is not null
        and coalesce(first_clicked_at, first_replied_at) is not null

    union all

    select
        referred_customer_id as customer_id,
        'referral' as acquisition_source,
        referred_at as touched_at

    from fct_referrals

    where referred_customer_id is not null

),

-- A click and the visit that it leads to are one touch.
final as (

    select
        touches.customer_id,
        touches.acquisition_source,
        cast({{ to_local('touches.touched_at', 'dim_run.time_zone') }} as date)
            as touched_local_date,
        min(touches.touched_at) as touched_at

    from touches

    cross join dim_run

    group by
        touches.customer_id,
        touches.acquisition_source,
        cast({{ to_local('touches.touched_at', 'dim_run.time_zone') }} as date)

)

select * from final
