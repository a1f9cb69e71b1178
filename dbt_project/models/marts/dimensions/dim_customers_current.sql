{{ config(materialized='view') }}
-- Grain: one row per person who has or had a customer record.
with

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        customer_id,
        account_id,
        market,
        segment,
        language,
        preferred_channel,
        created_local_date,
        is_opted_out,
        is_internal,
        not is_current as is_deleted

    from dim_customers

    -- Versions of a person follow each other, so there is no tie.
    qualify row_number() over (
            partition by customer_id
            order by valid_from desc
        ) = 1

)

select * from final
