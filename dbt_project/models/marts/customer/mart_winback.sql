-- Grain: one row per customer who has left and may be asked to come back.
with

mart_customer_360 as (

    select * from {{ ref('mart_customer_360') }}

),

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}
    where left_on is null and lifecycle_state in ('lapsed', 'churned')

),

met_offer_customers as (

    select * from {{ ref('met_offer_customers') }}

),

fct_subscriptions as (

    select * from {{ ref('fct_subscriptions') }}
    where not is_internal

),

dim_treatments as (

    select * from {{ ref('dim_treatments') }}
    where is_in_force

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- The contract that ended last says why; of two on one day the later number.
last_contracts as (

    select
        fct_subscriptions.customer_id,
        fct_subscriptions.cancel_reason

    from fct_subscriptions

    inner join dim_run
        on fct_subscriptions.ended_on <= dim_run.as_of

    qualify row_number() over (
            partition by fct_subscriptions.customer_id
            order by
                fct_subscriptions.ended_on desc,
                fct_subscriptions.subscription_id desc
        ) = 1

),

departed as (

    select
        spells.customer_id,
        spells.lifecycle_state,
        spells.entered_on as departed_on,
        case
            when spells.lifecycle_state = 'lapsed' then 'silence'
            else coalesce(last_contracts.cancel_reason, 'unknown')
        end as departure_reason

    from met_lifecycle_spells as spells

    inner join dim_run
        on
            spells.entered_on
            >= cast(
                dim_run.as_of - interval 1 day * {{ var('winback_days') }} as date
            )

    left join last_contracts
        on spells.customer_id = last_contracts.customer_id

),

listed as (

    select
        departed.*,
        known.as_of,
        known.market,
        known.segment,
        known.language,
        met_offer_customers.preferred_channel,
        coalesce(known.treatment_class, 'unknown') as treatment_class,
        coalesce(dim_treatments.owner, '{{ var("case_owner") }}') as owner,
        known.last_order_date,
        known.last_nps_score,
        known.last_nps_date,
        known.last_csat_score,
        known.last_csat_date,
        known.clv_historic_amount,
        known.clv_historic_real_amount,
        known.reporting_currency_code

    from departed

    inner join mart_customer_360 as known
        on departed.customer_id = known.customer_id

    inner join met_offer_customers
        on departed.customer_id = met_offer_customers.customer_id

    left join dim_treatments
        on known.treatment_class = dim_treatments.treatment_class

    where
        concat('|', '{{ var("winback_excluded_reasons") }}', '|')
        not like concat('%|', departed.departure_reason, '|%')

),

final as (

    select
        customer_id,
        as_of,
        market,
        segment,
        language,
        preferred_channel,
        lifecycle_state,
        departed_on,
        cast(
            {{ dbt.datediff('departed_on', 'as_of', 'day') }} as integer
        ) as days_since_departure,
        departure_reason,
        last_order_date,
        last_nps_score,
        last_nps_date,
        last_csat_score,
        last_csat_date,
        clv_historic_amount,
        clv_historic_real_amount,
        reporting_currency_code,
        treatment_class,
        owner,
        'ask_back' as suggested_step,
        -- The most valuable first; of equal ones who left last.
        row_number() over (
            partition by owner
            order by
                clv_historic_real_amount desc nulls last,
                departed_on desc,
                customer_id asc
        ) as position_in_list

    from listed

)

select * from final
