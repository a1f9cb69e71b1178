-- Grain: one row per period, market and segment: sets of subscribers compared.
with

fct_subscriptions as (

    select * from {{ ref('fct_subscriptions') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

subscriptions as (

    select
        customer_id,
        subscription_id,
        started_on,
        coalesce(ended_on, date '9999-12-31') as ended_on,
        coalesce(is_involuntary, false) as is_involuntary

    from fct_subscriptions

    where
        not is_internal
        and started_on < coalesce(ended_on, date '9999-12-31')

),

periods as (

    select
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

    from met_periods

    cross join dim_run

    where
        met_periods.period_end <= dim_run.as_of
        and met_periods.period_end > (
            select min(subscriptions.started_on) from subscriptions
        )
        and exists (
            select kpis.kpi_id
            from kpis
            where
                kpis.family = 'retention'
                and concat('|', kpis.period_types, '|')
                like concat('%|', met_periods.period_type, '|%')
        )

    group by
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

-- Stretches without a gap: who holds several subscriptions at a time is one subscriber.
begun as (

    select
        *,
        min(started_on) over (partition by customer_id) as first_started_on,
        coalesce(
            started_on > max(ended_on) over (
                partition by customer_id
                order by started_on, ended_on, subscription_id
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_begin

    from subscriptions

),

numbered as (

    select
        *,
        sum(case when is_begin then 1 else 0 end) over (
            partition by customer_id
            order by started_on, ended_on, subscription_id
            rows between unbounded preceding and current row
        ) as stay_number

    from begun

),

stays as (

    select
        customer_id,
        stay_number,
        min(started_on) as entered_on,
        max(ended_on) as left_on,
        min(first_started_on) as first_started_on,
        max_by(
            is_involuntary, concat(cast(ended_on as varchar), subscription_id)
        ) as is_involuntary

    from numbered

    group by customer_id, stay_number

),

{{ placed_stays('stays') }},

-- A period compares two instants: its first day and the first day after it. Only who
-- comes or goes between them can differ.
turns as (

    select
        *,
        entered_on as turned_on

    from stays

    union all

    select
        *,
        left_on as turned_on

    from stays

),

turned_customers as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        turns.customer_id,
        bool_or(turns.entered_on <= periods.period_start) as is_active_at_start,
        bool_or(turns.left_on > periods.period_end) as is_active_at_end,
        bool_or(turns.first_started_on < periods.period_start) as was_ever_active,
        max_by(turns.is_involuntary, turns.left_on) as has_left_involuntarily

    from periods

    inner join turns
        on periods.period_start < turns.turned_on
            and periods.period_end >= turns.turned_on

    group by
        periods.period_type,
        periods.period_start,
        periods.period_end,
        turns.customer_id

),

-- The attributes of the first day keep a person in one cell at both ends.
parts as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        placed_stays.market,
        placed_stays.segment,
        'active_at_start' as part,
        placed_stays.count_customers

    from periods

    inner join placed_stays
        on periods.period_start >= placed_stays.entered_on
            and periods.period_start < placed_stays.left_on

    union all

    select
        customers.period_type,
        customers.period_start,
        customers.period_end,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment,
        case
            when customers.is_active_at_end and customers.was_ever_active
                then 'reactivated'
            when customers.is_active_at_end then 'new'
            when customers.has_left_involuntarily then 'churned_involuntarily'
            else 'churned_voluntarily'
        end as part,
        1 as count_customers

    from turned_customers as customers

    left join dim_customers
        on customers.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(customers.period_start as timestamp)
            and dim_customers.valid_to > cast(customers.period_start as timestamp)

    where customers.is_active_at_start <> customers.is_active_at_end

),

counted as (

    select
        period_type,
        period_start,
        period_end,
        market,
        segment,
        cast(coalesce(
            sum(count_customers) filter (where part = 'active_at_start'), 0
        ) as bigint) as count_active_at_start,
        cast(coalesce(
            sum(count_customers) filter (where part = 'churned_voluntarily'), 0
        ) as bigint) as count_churned_voluntarily,
        cast(coalesce(
            sum(count_customers) filter (where part = 'churned_involuntarily'), 0
        ) as bigint) as count_churned_involuntarily,
        cast(coalesce(
            sum(count_customers) filter (where part = 'new'), 0
        ) as bigint) as count_new,
        cast(coalesce(
            sum(count_customers) filter (where part = 'reactivated'), 0
        ) as bigint) as count_reactivated

    from parts

    group by period_type, period_start, period_end, market, segment

),

final as (

    select
        period_type,
        period_start,
        period_end,
        market,
        segment,
        count_active_at_start,
        count_active_at_start - count_churned_voluntarily
        - count_churned_involuntarily as count_retained,
        count_churned_voluntarily + count_churned_involuntarily as count_churned,
        count_churned_voluntarily,
        count_churned_involuntarily,
        count_new,
        count_reactivated,
        count_active_at_start - count_churned_voluntarily
        - count_churned_involuntarily + count_new
        + count_reactivated as count_active_at_end

    from counted

    where count_active_at_start > 0 or count_new > 0 or count_reactivated > 0

)

select * from final
