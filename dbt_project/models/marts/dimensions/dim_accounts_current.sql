{{ config(materialized='view') }}
-- Grain: one row per account.
with

dim_accounts as (

    select * from {{ ref('dim_accounts') }}

),

final as (

    select
        account_id,
        market,
        segment,
        industry,
        not is_current as is_deleted

    from dim_accounts

    -- Versions of an account follow each other, so there is no tie.
    qualify row_number() over (
            partition by account_id
            order by valid_from desc
        ) = 1

)

select * from final
