-- Grain: one row per day of judgement and customer: points of each rule, and the score.
with

met_value_risk_features as (

    select * from {{ ref('met_value_risk_features') }}

),

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

risk_rules as (

    select * from {{ ref('risk_rules') }}

),

rules as (

    select
        max(points) filter (where rule_code = 'detractor') as detractor_points,
        max(threshold) filter (where rule_code = 'detractor') as detractor_maximum,
        max(points) filter (where rule_code = 'dissatisfied') as dissatisfied_points,
        max(threshold) filter (where rule_code = 'dissatisfied')
            as dissatisfied_maximum,
        max(points) filter (where rule_code = 'repeated_contacts')
            as repeated_contacts_points,
        max(threshold) filter (where rule_code = 'repeated_contacts')
            as repeated_contacts_minimum,
        max(points) filter (where rule_code = 'overdue_invoice')
            as overdue_invoice_points,
        max(points) filter (where rule_code = 'silence') as silence_points,
        max(threshold) filter (where rule_code = 'silence') as silence_percent,
        max(points) filter (where rule_code = 'renewal_due') as renewal_due_points,
        max(points) filter (where rule_code = 'bad_last_contact')
            as bad_last_contact_points

    from risk_rules

),

pointed as (

    select
        features.*,
        case
            when features.nps_score <= rules.detractor_maximum
                then rules.detractor_points
            else 0
        end as detractor_points,
        case
            when features.csat_score <= rules.dissatisfied_maximum
                then rules.dissatisfied_points
            else 0
        end as dissatisfied_points,
        case
            when features.count_contacts_same_reason >= rules.repeated_contacts_minimum
                then rules.repeated_contacts_points
            else 0
        end as repeated_contacts_points,
        case
            when features.count_overdue_invoices > 0 then rules.overdue_invoice_points
            else 0
        end as overdue_invoice_points,
        case
            when
                100 * features.days_since_last_order
                > rules.silence_percent * features.lapse_window_days
                then rules.silence_points
            else 0
        end as silence_points,
        case
            when features.renewal_due_on is not null then rules.renewal_due_points
            else 0
        end as renewal_due_points,
        case
            when features.is_bad_last_contact then rules.bad_last_contact_points
            else 0
        end as bad_last_contact_points

    from met_value_risk_features as features

    cross join rules

),

scored as (

    select
        *,
        cast(least(
            100,
            detractor_points + dissatisfied_points + repeated_contacts_points
            + overdue_invoice_points + silence_points + renewal_due_points
            + bad_last_contact_points
        ) as integer) as risk_score

    from pointed

),

departures as (

    select
        scored.reference_date,
        scored.customer_id

    from scored

    inner join met_lifecycle_spells as spells
        on scored.customer_id = spells.customer_id
            and scored.reference_date < spells.entered_on
            and spells.lifecycle_state in ('lapsed', 'churned')

    group by scored.reference_date, scored.customer_id

),

final as (

    select
        scored.*,
        case
            when scored.risk_score >= {{ var('risk_high_score') }} then 'high'
            when scored.risk_score >= {{ var('risk_medium_score') }} then 'medium'
            else 'low'
        end as risk_band,
        scored.nps_score is not null or scored.csat_score is not null
            as has_survey_signal,
        dim_run.as_of,
        scored.reference_date = dim_run.as_of as is_of_today,
        -- What became of those judged earlier; nobody knows yet about today's.
        case
            when scored.reference_date < dim_run.as_of
                then departures.customer_id is not null
        end as has_left

    from scored

    cross join dim_run

    left join departures
        on scored.reference_date = departures.reference_date
            and scored.customer_id = departures.customer_id

)

select * from final
