-- Grain: one row per account and period in which nothing of it changed.
with

versions as (

    select * from {{ ref('int_customers__account_versions') }}

),

final as (

    select
        account_version_id,
        account_id,
        account_number,
        account_name,
        segment,
        industry,
        market,
        valid_from,
        valid_to,
        is_current

    from versions

)

select * from final
