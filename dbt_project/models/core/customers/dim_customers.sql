-- Grain: one row per version of a person with a customer record.
with

versions as (

    select * from {{ ref('int_customers__person_versions') }}

),

final as (

    select
        customer_version_id,
        customer_id,
        customer_number,
        source_id,
        account_id,
        market,
        segment,
        language,
        preferred_channel,
        acquisition_source,
        is_opted_out,
        is_internal,
        created_at,
        created_local_date,
        valid_from,
        valid_to,
        is_current

    from versions

)

select * from final
