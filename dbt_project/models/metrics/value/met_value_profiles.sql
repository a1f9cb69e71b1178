-- Grain: one row per person with a living customer record: its class and persona.
with

met_value_customers as (

    select * from {{ ref('met_value_customers') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}
    where is_current and not is_internal

),

dim_treatments as (

    select * from {{ ref('dim_treatments') }}
    where is_in_force

),

dim_personas as (

    select * from {{ ref('dim_personas') }}

),

-- Prices of one month, or inflation would lift who bought last. Equal values stand
-- together at the end of their rank, hence in one class.
ranked as (

    select
        dim_customers.customer_id,
        dim_customers.segment,
        dim_customers.market,
        dim_customers.preferred_channel,
        accounts.count_order_days,
        cast(round(
            cume_dist() over (order by accounts.clv_historic_real_amount desc), 6
        ) as decimal(9, 6)) as value_rank_share

    from dim_customers

    inner join met_value_customers as accounts
        on dim_customers.customer_id = accounts.customer_id

),

classified as (

    select
        ranked.customer_id,
        dim_treatments.treatment_class

    from ranked

    inner join dim_treatments
        on ranked.value_rank_share <= dim_treatments.top_share

    -- Two classes with one boundary: the later one is empty.
    qualify row_number() over (
            partition by ranked.customer_id
            order by dim_treatments.top_share, dim_treatments.treatment_class
        ) = 1

),

fitted as (

    select
        ranked.customer_id,
        dim_personas.persona

    from ranked

    inner join dim_personas
        on coalesce(ranked.segment, '')
            = coalesce(dim_personas.segment, ranked.segment, '')
            and coalesce(ranked.market, '')
            = coalesce(dim_personas.market, ranked.market, '')
            and coalesce(ranked.preferred_channel, '')
            = coalesce(dim_personas.preferred_channel, ranked.preferred_channel, '')
            and ranked.count_order_days >= dim_personas.minimum_order_days

    -- Two personas at one position: the first by its code.
    qualify row_number() over (
            partition by ranked.customer_id
            order by dim_personas.match_order, dim_personas.persona
        ) = 1

),

final as (

    select
        ranked.customer_id,
        ranked.value_rank_share,
        coalesce(classified.treatment_class, 'unknown') as treatment_class,
        coalesce(fitted.persona, 'unknown') as persona

    from ranked

    left join classified
        on ranked.customer_id = classified.customer_id

    left join fitted
        on ranked.customer_id = fitted.customer_id

)

select * from final
