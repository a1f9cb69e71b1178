-- Grain: one row per survey, quarter of sending, attribute and group of those invited.
with

fct_survey_invitations as (

    select * from {{ ref('fct_survey_invitations') }}
    where
        not is_internal
        and sent_local_date is not null
        and coalesce(delivery_status, 'sent') in ('sent', 'delivered')

),

fct_orders as (

    select * from {{ ref('fct_orders') }}
    where status = 'completed' and not is_internal and amount > 0

),

dim_exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

met_periods as (

    select
        calendar_date,
        period_start,
        period_end

    from {{ ref('met_periods') }}

    where period_type = 'quarter'

),

kpis as (

    select max(maturity_days) as maturity_days

    from {{ ref('kpis') }}

    where kpi_id = 'K-BIAS'

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Only cohorts whose window is over, so that the late do not look silent.
invitations as (

    select
        invitations.survey_id,
        invitations.customer_id,
        coalesce(invitations.segment, 'unknown') as segment,
        invitations.is_completed,
        met_periods.period_start,
        met_periods.period_end

    from fct_survey_invitations as invitations

    inner join met_periods
        on invitations.sent_local_date = met_periods.calendar_date

    cross join kpis

    cross join dim_run

    where
        cast(
            invitations.sent_local_date + interval 1 day * kpis.maturity_days as date
        ) <= dim_run.as_of

),

quarters as (

    select period_start

    from invitations

    group by period_start

),

spent as (

    select
        quarters.period_start,
        orders.customer_id,
        sum(
            cast(orders.amount * rates.exchange_rate as decimal(38, 2))
        ) as spent_amount

    from quarters

    inner join fct_orders as orders
        on quarters.period_start > orders.ordered_local_date
            and cast(quarters.period_start - interval 365 day as date)
            <= orders.ordered_local_date

    inner join dim_exchange_rates as rates
        on {{ rate_in_force(
            'rates', 'orders.currency_code', 'orders.ordered_local_date'
        ) }}

    group by quarters.period_start, orders.customer_id

),

-- Ten groups of buyers of equal size, the first spent least.
deciles as (

    select
        period_start,
        customer_id,
        ntile(10) over (
            partition by period_start
            order by spent_amount, customer_id
        ) as value_decile

    from spent

),

grouped as (

    select
        survey_id,
        period_start,
        period_end,
        'segment' as attribute,
        segment as group_code,
        is_completed

    from invitations

    union all

    select
        invitations.survey_id,
        invitations.period_start,
        invitations.period_end,
        'value_decile' as attribute,
        coalesce(
            lpad(cast(deciles.value_decile as varchar), 2, '0'), 'no_orders'
        ) as group_code,
        invitations.is_completed

    from invitations

    left join deciles
        on invitations.period_start = deciles.period_start
            and invitations.customer_id = deciles.customer_id

),

final as (

    select
        survey_id,
        period_start,
        period_end,
        attribute,
        group_code,
        count(*) as count_delivered,
        count(*) filter (where is_completed) as count_completed

    from grouped

    group by survey_id, period_start, period_end, attribute, group_code

)

select * from final
