-- Grain: one row per period, market and segment with a referral that counts.
with

fct_referrals as (

    select * from {{ ref('fct_referrals') }}
    where is_credited and not is_internal

),

met_advocacy_days as (

    select * from {{ ref('met_advocacy_days') }}

),

-- Who comes later than the window comes too late for every cohort.
referrals as (

    select
        days.period_type,
        days.period_start,
        coalesce(fct_referrals.market, 'unknown') as market,
        coalesce(fct_referrals.segment, 'unknown') as segment,
        days.is_mature_day as is_mature,
        coalesce(
            fct_referrals.converted_local_date
            < cast(
                fct_referrals.referred_local_date
                + interval 1 day * days.maturity_days as date
            ),
            false
        ) as is_converted

    from fct_referrals

    inner join met_advocacy_days as days
        on fct_referrals.referred_local_date = days.calendar_date

),

final as (

    select
        period_type,
        period_start,
        market,
        segment,
        count(*) as count_referrals,
        count(*) filter (where is_mature) as count_mature_referrals,
        count(*) filter (where is_mature and is_converted) as count_converted

    from referrals

    group by period_type, period_start, market, segment

)

select * from final
