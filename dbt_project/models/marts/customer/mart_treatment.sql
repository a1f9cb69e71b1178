-- Grain: one row per class of customers as of the run.
with

mart_customer_360 as (

    select * from {{ ref('mart_customer_360') }}

),

dim_treatments as (

    select * from {{ ref('dim_treatments') }}
    where is_in_force

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

fct_tickets as (

    select * from {{ ref('fct_tickets') }}
    where not is_internal and not is_spam and not is_merged

),

counted as (

    select
        treatment_class,
        count(*) as count_customers,
        min(clv_historic_real_amount) as least_value_real_amount,
        cast(sum(clv_historic_amount) as decimal(18, 2)) as clv_historic_amount,
        cast(sum(clv_historic_real_amount) as decimal(18, 2))
            as clv_historic_real_amount,
        {{ net_promoter_parts() }},
        count(risk_band) as count_judged_customers,
        count(*) filter (where risk_band = 'high') as count_high_risk,
        cast(sum(count_contacts_last_90d) as bigint) as count_contacts_last_90d

    from mart_customer_360

    group by treatment_class

),

-- An open ticket counts from the moment at which its promise is broken.
promised as (

    select
        mart_customer_360.treatment_class,
        coalesce(
            fct_tickets.first_response_business_milliseconds,
            fct_tickets.age_business_milliseconds
        ) <= dim_treatments.first_response_hours * cast(3600000 as bigint)
            as is_in_time,
        fct_tickets.first_response_business_milliseconds is null as is_unanswered,
        fct_tickets.is_solved

    from fct_tickets

    inner join mart_customer_360
        on fct_tickets.customer_id = mart_customer_360.customer_id

    inner join dim_treatments
        on mart_customer_360.treatment_class = dim_treatments.treatment_class

    where
        fct_tickets.created_local_date
        >= cast(mart_customer_360.as_of - interval 90 day as date)

),

answers as (

    select
        treatment_class,
        count(*) as count_promises_last_90d,
        count(*) filter (where is_in_time) as count_promises_kept_last_90d

    from promised

    -- Not yet due, or solved without a reply: neither kept nor broken.
    where not is_unanswered or (not is_in_time and not is_solved)

    group by treatment_class

),

everybody as (

    select
        cast(sum(count_customers) as bigint) as count_customers,
        cast(sum(clv_historic_real_amount) as decimal(18, 2))
            as clv_historic_real_amount

    from counted

),

-- A class that nobody belongs to is shown; so are customers without a class.
final as (

    select
        coalesce(dim_treatments.treatment_class, counted.treatment_class)
            as treatment_class,
        dim_run.as_of,
        dim_treatments.valid_from,
        dim_treatments.top_share,
        dim_treatments.first_response_hours,
        dim_treatments.owner,
        coalesce(counted.count_customers, 0) as count_customers,
        coalesce(everybody.count_customers, 0) as count_all_customers,
        {{ percentage('counted.count_customers', 'everybody.count_customers') }}
            as share_pct,
        dim_run.currency_code as reporting_currency_code,
        counted.clv_historic_amount,
        counted.clv_historic_real_amount,
        counted.least_value_real_amount,
        case
            when everybody.clv_historic_real_amount > 0
                then {{ percentage(
                    'counted.clv_historic_real_amount',
                    'everybody.clv_historic_real_amount'
                ) }}
        end as value_share_pct,
        {{ net_promoter_columns('counted') }},
        coalesce(counted.count_judged_customers, 0) as count_judged_customers,
        coalesce(counted.count_high_risk, 0) as count_high_risk,
        {{ percentage('counted.count_high_risk', 'counted.count_judged_customers') }}
            as high_risk_pct,
        coalesce(counted.count_contacts_last_90d, 0) as count_contacts_last_90d,
        coalesce(answers.count_promises_last_90d, 0) as count_promises_last_90d,
        coalesce(answers.count_promises_kept_last_90d, 0)
            as count_promises_kept_last_90d,
        {{ percentage(
            'answers.count_promises_kept_last_90d', 'answers.count_promises_last_90d'
        ) }} as promise_kept_pct,
        {{ percentage_bound(
            'answers.count_promises_kept_last_90d', 'answers.count_promises_last_90d',
            '-'
        ) }} as promise_kept_pct_ci_low,
        {{ percentage_bound(
            'answers.count_promises_kept_last_90d', 'answers.count_promises_last_90d',
            '+'
        ) }} as promise_kept_pct_ci_high

    from dim_treatments

    full join counted
        on dim_treatments.treatment_class = counted.treatment_class

    left join answers
        on counted.treatment_class = answers.treatment_class

    cross join everybody

    cross join dim_run

)

select * from final
