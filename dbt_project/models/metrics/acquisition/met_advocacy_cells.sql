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

-- A customer of any day of the period, as of the last of these days; who is one on the
-- first day after it too is retained.
persons as (

    select
        periods.period_type,
        periods.period_start,
        spells.customer_id,
        max_by(spells.market, spells.entered_on) filter (
            where spells.entered_on < periods.counted_until
        ) as market,
        max_by(spells.segment, spells.entered_on) filter (
            where spells.entered_on < periods.counted_until
        ) as segment,
        bool_or(
            spells.entered_on <= periods.period_start
        ) and bool_or(
            periods.is_over
            and coalesce(spells.left_on, date '9999-12-31') > periods.period_end
            and spells.entered_on <= periods.period_end
        ) as is_retained,
        bool_or(
            coalesce(spells.left_on, date '9999-12-31') >= periods.counted_until
            and spells.entered_on < periods.counted_until
        ) as is_active_at_end

    from periods

    inner join met_lifecycle_spells as spells
        on periods.counted_until >= spells.entered_on
            and periods.period_start < coalesce(spells.left_on, date '9999-12-31')

    group by periods.period_type, periods.period_start, spells.customer_id

    having bool_or(spells.entered_on < periods.counted_until)

),

referrers as (

    select
        days.period_type,
        days.period_start,
        fct_referrals.customer_id

    from fct_referrals

    inner join met_advocacy_days as days
        on fct_referrals.referred_local_date = days.calendar_date

    group by days.period_type, days.period_start, fct_referrals.customer_id

),

advocates as (

    select
        periods.period_type,
        periods.period_start,
        promoters.customer_id

    from periods

    inner join met_lifecycle_promoters as promoters
        on periods.counted_until > promoters.speaks_from
            and periods.counted_until <= promoters.speaks_until

    group by periods.period_type, periods.period_start, promoters.customer_id

),

-- Whoever referred somebody without being a customer is among no customers.
person_cells as (

    select
        persons.period_type,
        persons.period_start,
        persons.market,
        persons.segment,
        count(*) as count_active,
        count(*) filter (where persons.is_active_at_end) as count_active_at_end,
        count(*) filter (where persons.is_retained) as count_retained,
        count(referrers.customer_id) as count_referrers,
        count(advocates.customer_id) filter (where persons.is_active_at_end)
            as count_advocates

    from persons

    left join referrers
        on persons.period_type = referrers.period_type
            and persons.period_start = referrers.period_start
            and persons.customer_id = referrers.customer_id

    left join advocates
        on persons.period_type = advocates.period_type
            and persons.period_start = advocates.period_start
            and persons.customer_id = advocates.customer_id

    group by
        persons.period_type,
        persons.period_start,
        persons.market,
        persons.segment

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
        coalesce(persons.count_referrers, 0) as count_referrers,
        coalesce(persons.count_advocates, 0) as count_advocates,
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

    left join met_advocacy_referrals as referrals
        on keys.period_type = referrals.period_type
            and keys.period_start = referrals.period_start
            and keys.market = referrals.market
            and keys.segment = referrals.segment

)

select * from final
