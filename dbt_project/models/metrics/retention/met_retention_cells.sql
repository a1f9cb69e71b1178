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

-- A period compares two instants: its first day and the first day after it.
customers_in_periods as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        subscriptions.customer_id,
        bool_or(
            subscriptions.started_on <= periods.period_start
            and subscriptions.ended_on > periods.period_start
        ) as is_active_at_start,
        bool_or(
            subscriptions.started_on <= periods.period_end
            and subscriptions.ended_on > periods.period_end
        ) as is_active_at_end,
        bool_or(subscriptions.started_on < periods.period_start) as was_ever_active,
        max_by(
            subscriptions.is_involuntary,
            concat(
                cast(subscriptions.ended_on as varchar), subscriptions.subscription_id
            )
        ) filter (where subscriptions.started_on < periods.period_end)
            as has_left_involuntarily

    from periods

    inner join subscriptions
        on periods.period_end >= subscriptions.started_on

    group by
        periods.period_type,
        periods.period_start,
        periods.period_end,
        subscriptions.customer_id

),

-- The attributes of the first day keep a person in one cell at both ends.
placed_customers as (

    select
        customers.period_type,
        customers.period_start,
        customers.period_end,
        customers.is_active_at_start,
        customers.is_active_at_end,
        customers.was_ever_active,
        customers.has_left_involuntarily,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment

    from customers_in_periods as customers

    left join dim_customers
        on customers.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(customers.period_start as timestamp)
            and dim_customers.valid_to > cast(customers.period_start as timestamp)

    where customers.is_active_at_start or customers.is_active_at_end

),

final as (

    select
        period_type,
        period_start,
        period_end,
        market,
        segment,
        count(*) filter (where is_active_at_start) as count_active_at_start,
        count(*) filter (where is_active_at_start and is_active_at_end)
            as count_retained,
        count(*) filter (where is_active_at_start and not is_active_at_end)
            as count_churned,
        count(*) filter (
            where is_active_at_start
            and not is_active_at_end
            and not has_left_involuntarily
        ) as count_churned_voluntarily,
        count(*) filter (
            where is_active_at_start
            and not is_active_at_end
            and has_left_involuntarily
        ) as count_churned_involuntarily,
        count(*) filter (where not is_active_at_start and not was_ever_active)
            as count_new,
        count(*) filter (where not is_active_at_start and was_ever_active)
            as count_reactivated,
        count(*) filter (where is_active_at_end) as count_active_at_end

    from placed_customers

    group by period_type, period_start, period_end, market, segment

)

select * from final
