-- Grain: one row per consent (record of a person, channel, purpose) and period.
with

versions as (

    select * from {{ ref('int_communications__consent_versions') }}

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

final as (

    select
        versions.consent_version_id,
        versions.consent_id,
        versions.source_id,
        versions.identity_key,
        coalesce(identities.customer_id, md5(versions.identity_key)) as customer_id,
        versions.channel,
        versions.purpose,
        versions.status,
        versions.status = 'granted' as is_allowed,
        versions.valid_from,
        versions.valid_to,
        versions.is_current

    from versions
    left join identities
        on versions.identity_key = identities.identity_key

)

select * from final
