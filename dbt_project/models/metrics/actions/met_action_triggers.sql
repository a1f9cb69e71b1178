-- Grain: one row per rule and event that calls for an act; is_standing tells whether
-- what it is about still holds at as_of, null where an event cannot pass.
with

rules as (

    select * from {{ ref('action_rules') }}
    where is_active

),

dim_kpi as (

    select * from {{ ref('dim_kpi') }}

),

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

met_value_risk_scores as (

    select * from {{ ref('met_value_risk_scores') }}
    where is_of_today

),

fct_renewals as (

    select * from {{ ref('fct_renewals') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}

),

fct_communications as (

    select * from {{ ref('fct_communications') }}

),

fct_shipments as (

    select * from {{ ref('fct_shipments') }}

),

fct_orders as (

    select * from {{ ref('fct_orders') }}

),

fct_invoices as (

    select * from {{ ref('fct_invoices') }}

),

run as (

    select
        as_of,
        time_zone,
        cast(date_trunc('month', as_of - interval 1 day) as date)
            as month_start_date,
        coalesce(
            until_at, {{ to_utc('cast(as_of as timestamp)', 'time_zone') }}
        ) as as_of_at

    from {{ ref('dim_run') }}

),

answer_rules as (

    select
        rules.rule_code,
        rules.highest_value,
        dim_kpi.metric,
        dim_kpi.scale_maximum

    from rules

    inner join dim_kpi
        on rules.kpi_id = dim_kpi.kpi_id

    where rules.trigger_kind = 'answer' and dim_kpi.is_headline

    group by all

),

answers as (

    select
        answer_rules.rule_code,
        answers.answer_id as record_id,
        answers.customer_id,
        answers.market,
        answers.segment,
        answers.agent_id,
        answers.answered_at as triggered_at,
        cast(null as boolean) as is_standing

    from fct_survey_answers as answers

    inner join answer_rules
        on answers.metric = answer_rules.metric
            and answers.scale_maximum = answer_rules.scale_maximum
            and answers.numeric_value <= answer_rules.highest_value

    -- Who answers a recovery survey has a case already.
    where answers.exclusion_reason is null and answers.horizon <> 'recovery'

),

ranked_risks as (

    select
        *,
        percent_rank() over (order by revenue_last_12m_amount) as value_rank

    from met_value_risk_scores

),

-- A list for the month: who is at risk and worth more than half of the others.
risks as (

    select
        rules.rule_code,
        scores.customer_id || '|' || cast(run.month_start_date as varchar)
            as record_id,
        scores.customer_id,
        scores.market,
        scores.segment,
        cast(null as varchar) as agent_id,
        {{ to_utc('cast(run.month_start_date as timestamp)', 'run.time_zone') }}
            as triggered_at,
        true as is_standing

    from ranked_risks as scores

    inner join rules
        on rules.trigger_kind = 'risk'

    cross join run

    where scores.risk_band = 'high' and scores.value_rank >= 0.5

),

renewals as (

    select
        rules.rule_code,
        renewals.renewal_id as record_id,
        renewals.customer_id,
        renewals.market,
        renewals.segment,
        cast(null as varchar) as agent_id,
        {{ to_utc(
            dbt.dateadd(
                'day', '-rules.window_days', 'cast(renewals.due_on as timestamp)'
            ),
            'run.time_zone'
        ) }} as triggered_at,
        renewals.first_noticed_at is null
        and renewals.renewed_on is null
        and renewals.due_on >= run.as_of as is_standing,
        renewals.first_noticed_at,
        {{ to_utc('cast(renewals.renewed_on as timestamp)', 'run.time_zone') }}
            as renewed_at

    from fct_renewals as renewals

    inner join rules
        on rules.trigger_kind = 'renewal'

    cross join run

    where not renewals.is_internal

),

unannounced_renewals as (

    select
        rule_code,
        record_id,
        customer_id,
        market,
        segment,
        agent_id,
        triggered_at,
        is_standing

    from renewals

    where
        (first_noticed_at is null or first_noticed_at > triggered_at)
        and (renewed_at is null or renewed_at > triggered_at)

),

tickets as (

    select
        rules.rule_code,
        tickets.ticket_id as record_id,
        tickets.customer_id,
        tickets.market,
        tickets.segment,
        tickets.agent_id,
        tickets.first_due_at as triggered_at,
        tickets.first_replied_at is null and not tickets.is_solved as is_standing

    from fct_tickets as tickets

    inner join rules
        on rules.trigger_kind = 'ticket'

    where
        not (tickets.is_spam or tickets.is_merged or tickets.is_internal)
        and coalesce(tickets.first_replied_at > tickets.first_due_at, true)
        and coalesce(tickets.first_solved_at > tickets.first_due_at, true)

),

reopenings as (

    select
        rules.rule_code,
        tickets.ticket_id || '|' || tickets.count_reopens as record_id,
        tickets.customer_id,
        tickets.market,
        tickets.segment,
        tickets.agent_id,
        tickets.last_reopened_at as triggered_at,
        not tickets.is_solved as is_standing

    from fct_tickets as tickets

    inner join rules
        on rules.trigger_kind = 'reopening'

    where tickets.is_complaint and not (tickets.is_spam or tickets.is_internal)

),

refusals as (

    select
        rules.rule_code,
        communications.communication_id as record_id,
        communications.customer_id,
        communications.market,
        communications.segment,
        cast(null as varchar) as agent_id,
        communications.sent_at as triggered_at,
        cast(null as boolean) as is_standing

    from fct_communications as communications

    inner join rules
        on rules.trigger_kind = 'refusal'

    where
        communications.is_after_opt_out
        and not (communications.is_test or communications.is_internal)

),

deliveries as (

    select
        rules.rule_code,
        shipments.shipment_id as record_id,
        orders.customer_id,
        orders.market,
        orders.segment,
        cast(null as varchar) as agent_id,
        shipments.delivered_at as triggered_at,
        cast(null as boolean) as is_standing

    from fct_shipments as shipments

    inner join fct_orders as orders
        on shipments.order_id = orders.order_id

    inner join rules
        on rules.trigger_kind = 'delivery'

    where not shipments.is_undamaged and not orders.is_internal

),

-- A dispute stands until the invoice is taken back, or nobody speaks of it any more.
invoices as (

    select
        rules.rule_code,
        invoices.invoice_id as record_id,
        invoices.customer_id,
        invoices.market,
        invoices.segment,
        cast(null as varchar) as agent_id,
        {{ to_utc('cast(invoices.issued_on as timestamp)', 'run.time_zone') }}
            as triggered_at,
        case when invoices.is_void then false end as is_standing

    from fct_invoices as invoices

    inner join rules
        on rules.trigger_kind = 'invoice'

    cross join run

    where
        (invoices.is_void or invoices.is_disputed) and not invoices.is_internal

),

unioned as (

    select * from answers
    union all
    select * from deliveries
    union all
    select * from invoices
    union all
    select * from risks
    union all
    select * from unannounced_renewals
    union all
    select * from tickets
    union all
    select * from reopenings
    union all
    select * from refusals

),

final as (

    select
        unioned.rule_code,
        unioned.record_id,
        {{ case_number('unioned.rule_code', 'unioned.record_id') }} as case_number,
        unioned.customer_id,
        coalesce(unioned.market, 'unknown') as market,
        coalesce(unioned.segment, 'unknown') as segment,
        unioned.agent_id,
        unioned.triggered_at,
        unioned.is_standing

    from unioned

    cross join run

    where unioned.triggered_at < run.as_of_at and unioned.customer_id is not null

)

select * from final
