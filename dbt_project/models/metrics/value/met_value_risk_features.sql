-- Grain: one row per day of judgement and customer who has not left by then: what was
-- known strictly before it.
with

met_value_risk_customers as (

    select * from {{ ref('met_value_risk_customers') }}

),

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}
    where
        customer_id in (
            select customers.customer_id from met_value_risk_customers as customers
        )

),

fct_interactions as (

    select * from {{ ref('fct_interactions') }}
    where
        not is_internal
        and coalesce(direction, 'inbound') = 'inbound'
        and touch_kind in ('call', 'menu', 'ticket', 'touch')
        and customer_id in (
            select customers.customer_id from met_value_risk_customers as customers
        )

),

fct_invoices as (

    select * from {{ ref('fct_invoices') }}
    where not is_internal and not is_void and not is_disputed

),

fct_renewals as (

    select * from {{ ref('fct_renewals') }}
    where not is_internal and timeliness <> 'void'

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}
    where is_complaint and not is_internal and not is_spam and not is_merged

),

risk_rules as (

    select * from {{ ref('risk_rules') }}

),

reference_days as (

    select reference_date
    from met_value_risk_customers
    group by reference_date

),

-- An answer that a later one superseded was the last one in its time.
answers as (

    select
        reference_days.reference_date,
        answers.customer_id,
        max_by(
            answers.numeric_value,
            concat(cast(answers.answered_at as varchar), answers.answer_id)
        ) filter (where answers.metric = 'nps') as nps_score,
        max_by(
            answers.numeric_value,
            concat(cast(answers.answered_at as varchar), answers.answer_id)
        ) filter (where answers.metric = 'csat') as csat_score

    from reference_days

    inner join risk_rules
        on risk_rules.rule_code in ('detractor', 'dissatisfied')

    inner join fct_survey_answers as answers
        on reference_days.reference_date > answers.answered_local_date
            and cast(
                reference_days.reference_date
                - interval 1 day * risk_rules.window_days as date
            ) <= answers.answered_local_date
            and case risk_rules.rule_code
                when 'detractor' then 'nps 0 10'
                else 'csat 1 5'
            end
            = concat_ws(
                ' ',
                answers.metric,
                cast(answers.scale_minimum as integer),
                cast(answers.scale_maximum as integer)
            )

    where
        coalesce(answers.exclusion_reason, 'superseded') = 'superseded'
        and answers.numeric_value is not null

    group by reference_days.reference_date, answers.customer_id

),

contacts_by_reason as (

    select
        reference_days.reference_date,
        fct_interactions.customer_id,
        fct_interactions.reason,
        count(*) as count_contacts

    from reference_days

    inner join risk_rules
        on risk_rules.rule_code = 'repeated_contacts'

    inner join fct_interactions
        on reference_days.reference_date > fct_interactions.started_local_date
            and cast(
                reference_days.reference_date
                - interval 1 day * risk_rules.window_days as date
            ) <= fct_interactions.started_local_date

    where fct_interactions.reason is not null

    group by
        reference_days.reference_date,
        fct_interactions.customer_id,
        fct_interactions.reason

),

repeated_contacts as (

    select
        reference_date,
        customer_id,
        max(count_contacts) as count_contacts

    from contacts_by_reason

    group by reference_date, customer_id

),

last_contacts as (

    select
        reference_days.reference_date,
        fct_interactions.customer_id,
        max(fct_interactions.started_local_date) as last_contact_date,
        max_by(
            coalesce(
                fct_interactions.outcome in ('abandoned', 'blocked', 'failed'), false
            ),
            concat(
                cast(fct_interactions.started_at as varchar),
                fct_interactions.interaction_id
            )
        ) as is_bad_last_contact

    from reference_days

    inner join fct_interactions
        on reference_days.reference_date > fct_interactions.started_local_date

    group by reference_days.reference_date, fct_interactions.customer_id

),

overdue_invoices as (

    select
        reference_days.reference_date,
        fct_invoices.customer_id,
        count(*) as count_overdue_invoices

    from reference_days

    inner join risk_rules
        on risk_rules.rule_code = 'overdue_invoice'

    inner join fct_invoices
        on cast(
                reference_days.reference_date
                - interval 1 day * risk_rules.window_days as date
            ) > fct_invoices.due_on

    where
        fct_invoices.amount > 0
        and (
            fct_invoices.paid_in_full_local_date is null
            or fct_invoices.paid_in_full_local_date >= reference_days.reference_date
        )

    group by reference_days.reference_date, fct_invoices.customer_id

),

-- The renewals that were open then; a contract's own due day has moved on since.
renewals as (

    select
        reference_days.reference_date,
        fct_renewals.customer_id,
        min(fct_renewals.due_on) as renewal_due_on

    from reference_days

    inner join risk_rules
        on risk_rules.rule_code = 'renewal_due'

    inner join fct_renewals
        on reference_days.reference_date <= fct_renewals.due_on
            and cast(
                reference_days.reference_date
                + interval 1 day * risk_rules.window_days as date
            ) >= fct_renewals.due_on

    where
        fct_renewals.renewed_on is null
        or fct_renewals.renewed_on >= reference_days.reference_date

    group by reference_days.reference_date, fct_renewals.customer_id

),

complaints as (

    select
        reference_days.reference_date,
        fct_tickets.customer_id,
        count(*) as count_open_complaints

    from reference_days

    inner join fct_tickets
        on reference_days.reference_date > fct_tickets.created_local_date

    where
        fct_tickets.first_solved_local_date is null
        or fct_tickets.first_solved_local_date >= reference_days.reference_date

    group by reference_days.reference_date, fct_tickets.customer_id

),

final as (

    select
        customers.reference_date,
        customers.customer_id,
        customers.segment,
        customers.market,
        answers.nps_score,
        answers.csat_score,
        coalesce(repeated_contacts.count_contacts, 0) as count_contacts_same_reason,
        coalesce(overdue_invoices.count_overdue_invoices, 0)
            as count_overdue_invoices,
        customers.last_order_date,
        customers.days_since_last_order,
        customers.lapse_window_days,
        renewals.renewal_due_on,
        last_contacts.last_contact_date,
        coalesce(last_contacts.is_bad_last_contact, false) as is_bad_last_contact,
        customers.revenue_last_12m_amount,
        customers.revenue_last_12m_real_amount,
        coalesce(complaints.count_open_complaints, 0) as count_open_complaints

    from met_value_risk_customers as customers

    left join answers
        on customers.reference_date = answers.reference_date
            and customers.customer_id = answers.customer_id

    left join repeated_contacts
        on customers.reference_date = repeated_contacts.reference_date
            and customers.customer_id = repeated_contacts.customer_id

    left join last_contacts
        on customers.reference_date = last_contacts.reference_date
            and customers.customer_id = last_contacts.customer_id

    left join overdue_invoices
        on customers.reference_date = overdue_invoices.reference_date
            and customers.customer_id = overdue_invoices.customer_id

    left join renewals
        on customers.reference_date = renewals.reference_date
            and customers.customer_id = renewals.customer_id

    left join complaints
        on customers.reference_date = complaints.reference_date
            and customers.customer_id = complaints.customer_id

)

select * from final
