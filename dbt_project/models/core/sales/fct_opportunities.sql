-- Grain: one row per sales opportunity.
with

opportunities as (

    select * from {{ ref('int_sales__opportunities_latest') }}
    where not is_deleted

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

final as (

    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.identity_key,
        identities.customer_id,
        opportunities.owner_id,
        opportunities.product_name,
        opportunities.stage,
        opportunities.outcome,
        opportunities.opened_on,
        opportunities.closed_on,
        opportunities.amount,
        opportunities.currency_code,
        coalesce(customers.is_internal, false) as is_internal

    from opportunities
    inner join run
        on opportunities.opened_on < run.as_of
            or opportunities.opened_on is null
    {{ join_person_at('opportunities', 'cast(opportunities.opened_on as timestamp)') }}

)

select * from final
