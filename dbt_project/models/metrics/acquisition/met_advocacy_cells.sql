-- Grain: one row per period, market and segment: customers, referrals and advocates.
with

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}
    where lifecycle_state in ('new', 'active', 'advocate', 'won_back')

),

met_lifecycle_promoters as (

    select * from {{ ref('met_lifecycle_promoters') }}

),

fct_referrals as (

    select * from {{ ref('fct_referrals') }}
    where is_credited and not is_internal

),

met_advocacy_days as (

    select * from {{ ref('met_advocacy_days') }}

),

met_advocacy_referrals as (

    select * from {{ ref('met_advocacy_referrals') }}

),

periods as (

    select
        period_type,
        period_start,
        period_end,
        counted_until,
        is_over,
        is_mature

    from met_advocacy_days

    group by
        period_type, period_start, period_end, counted_until, is_over, is_mature

),

spells as (

    select
        customer_id,
        market,
        segment,
        entered_on,
        coalesce(left_on, date '9999-12-31') as left_on,
        lag(left_on, 1, date '1900-01-01') over (
            partition by customer_id order by entered_on
        ) as previous_left_on,
        lead(entered_on, 1, date '9999-12-31') over (
            partition by customer_id order by entered_on
        ) as next_entered_on

    from met_lifecycle_spells

),

-- The first and the last spell that a customer may have within one period, counted
-- before there are periods: many share the same days.
spans as (

    select
        first_spells.previous_left_on,
        first_spells.entered_on as first_entered_on,
        first_spells.left_on as first_left_on,
        spells.entered_on,
        spells.left_on,
        spells.next_entered_on,
        spells.market,
        spells.segment,
        count(*) as count_customers

    from spells

    inner join spells as first_spells
        on spells.customer_id = first_spells.customer_id
            and spells.entered_on >= first_spells.entered_on

    group by all

),

-- A customer of any day of the period, as of the last of these days; who is one on the
-- first day after it too is retained.
person_cells as (

    select
        periods.period_type,
        periods.period_start,
        spans.market,
        spans.segment,
        cast(sum(spans.count_customers) as bigint) as count_active,
        cast(sum(spans.count_customers) filter (
            where spans.left_on >= periods.counted_until
        ) as bigint) as count_active_at_end,
        cast(sum(spans.count_customers) filter (
            where
            periods.is_over
            and spans.first_entered_on <= periods.period_start
            and (
                spans.left_on > periods.period_end
                or spans.next_entered_on = periods.period_end
            )
        ) as bigint) as count_retained

    from periods

    inner join spans
        on periods.period_start >= spans.previous_left_on
            and periods.period_start < spans.first_left_on
            and periods.counted_until > spans.entered_on
            and periods.counted_until <= spans.next_entered_on

    group by
        periods.period_type, periods.period_start, spans.market, spans.segment

),

recommenders as (

    select
        days.period_type,
        days.period_start,
        days.counted_until,
        fct_referrals.customer_id,
        true as is_referrer

    from fct_referrals

    inner join met_advocacy_days as days
        on fct_referrals.referred_local_date = days.calendar_date

    group by
        days.period_type,
        days.period_start,
        days.counted_until,
        fct_referrals.customer_id

    union all

    select
        periods.period_type,
        periods.period_start,
        periods.counted_until,
        promoters.customer_id,
        false as is_referrer

    from periods

    inner join met_lifecycle_promoters as promoters
        on periods.counted_until > promoters.speaks_from
            and periods.counted_until <= promoters.speaks_until

    group by
        periods.period_type,
        periods.period_start,
        periods.counted_until,
        promoters.customer_id

),

-- Whoever referred somebody without being a customer is among no customers.
recommender_cells as (

    select
        recommenders.period_type,
        recommenders.period_start,
        spells.market,
        spells.segment,
        count(*) filter (where recommenders.is_referrer) as count_referrers,
        count(*) filter (
            where
            not recommenders.is_referrer
            and spells.left_on >= recommenders.counted_until
        ) as count_advocates

    from recommenders

    inner join spells
        on recommenders.customer_id = spells.customer_id
            and recommenders.counted_until > spells.entered_on
            and recommenders.counted_until <= spells.next_entered_on
            and recommenders.period_start < spells.left_on

    group by
        recommenders.period_type,
        recommenders.period_start,
        spells.market,
        spells.segment

),

keys as (

    select
        period_type,
        period_start,
        market,
        segment

    from person_cells

    union

    select
        period_type,
        period_start,
        market,
        segment

    from met_advocacy_referrals

),

final as (

    select
        keys.period_type,
        keys.period_start,
        periods.period_end,
        keys.market,
        keys.segment,
        periods.is_over,
        periods.is_mature,
        coalesce(persons.count_active, 0) as count_active,
        coalesce(persons.count_active_at_end, 0) as count_active_at_end,
        coalesce(persons.count_retained, 0) as count_retained,
        coalesce(recommenders.count_referrers, 0) as count_referrers,
        coalesce(recommenders.count_advocates, 0) as count_advocates,
        coalesce(referrals.count_referrals, 0) as count_referrals,
        coalesce(referrals.count_mature_referrals, 0) as count_mature_referrals,
        coalesce(referrals.count_converted, 0) as count_converted

    from keys

    inner join periods
        on keys.period_type = periods.period_type
            and keys.period_start = periods.period_start

    left join person_cells as persons
        on keys.period_type = persons.period_type
            and keys.period_start = persons.period_start
            and keys.market = persons.market
            and keys.segment = persons.segment

    left join recommender_cells as recommenders
        on keys.period_type = recommenders.period_type
            and keys.period_start = recommenders.period_start
            and keys.market = recommenders.market
            and keys.segment = recommenders.segment

    left join met_advocacy_referrals as referrals
        on keys.period_type = referrals.period_type
            and keys.period_start = referrals.period_start
            and keys.market = referrals.market
            and keys.segment = referrals.segment

)

select * from final
