-- Grain: one row per customer and product to be offered.
with

mart_customer_360 as (

    select * from {{ ref('mart_customer_360') }}
    where lifecycle_state = 'active'

),

met_value_needs as (

    select * from {{ ref('met_value_needs') }}

),

met_offer_customers as (

    select * from {{ ref('met_offer_customers') }}

),

dim_treatments as (

    select * from {{ ref('dim_treatments') }}
    where is_in_force

),

listed as (

    select
        needs.customer_id,
        needs.next_product_name as product_name,
        known.as_of,
        known.market,
        known.segment,
        known.language,
        met_offer_customers.preferred_channel,
        needs.need_number as offer_number,
        needs.product_name as because_of_product_name,
        needs.count_customers,
        needs.count_with_product as count_with_because_of_product,
        needs.count_with_next_product as count_with_offered_product,
        needs.count_with_both,
        needs.support_pct,
        needs.confidence_pct,
        needs.confidence_pct_ci_low,
        needs.confidence_pct_ci_high,
        needs.lift,
        needs.lift_ci_low,
        needs.lift_ci_high,
        known.last_order_date,
        known.last_nps_score,
        known.last_nps_date,
        known.last_csat_score,
        known.last_csat_date,
        known.clv_historic_amount,
        known.clv_historic_real_amount,
        known.reporting_currency_code,
        coalesce(known.treatment_class, 'unknown') as treatment_class,
        coalesce(dim_treatments.owner, '{{ var("case_owner") }}') as owner

    from met_value_needs as needs

    inner join mart_customer_360 as known
        on needs.customer_id = known.customer_id

    inner join met_offer_customers
        on needs.customer_id = met_offer_customers.customer_id

    left join dim_treatments
        on known.treatment_class = dim_treatments.treatment_class

    -- The policy of the class decides who is invited to more.
    where coalesce(dim_treatments.is_offered_more, true)

),

final as (

    select
        customer_id,
        product_name,
        as_of,
        market,
        segment,
        language,
        preferred_channel,
        offer_number,
        because_of_product_name,
        count_customers,
        count_with_because_of_product,
        count_with_offered_product,
        count_with_both,
        support_pct,
        confidence_pct,
        confidence_pct_ci_low,
        confidence_pct_ci_high,
        lift,
        lift_ci_low,
        lift_ci_high,
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
        'offer_product' as suggested_step,
        -- The surest first; of equal ones the most valuable customer.
        row_number() over (
            partition by owner
            order by
                confidence_pct_ci_low desc,
                clv_historic_real_amount desc nulls last,
                customer_id asc,
                product_name asc
        ) as position_in_list

    from listed

)

select * from final
