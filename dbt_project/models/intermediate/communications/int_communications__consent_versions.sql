-- Grain: one row per consent (person, channel, purpose) and period in which it held.
with

consents as (

    select * from {{ ref('stg_mapped__consents') }}

),

{{ version_periods(
    'consents',
    'consent_id',
    ['status'],
    changed_at='changed_at',
    is_valid_ever_since=false,
) }},

final as (

    select
        md5(concat_ws('|', consent_id, valid_from)) as consent_version_id,
        consent_id,
        source_id,
        customer_key as identity_key,
        channel,
        purpose,
        status,
        valid_from,
        valid_to,
        is_current

    from periods

)

select * from final
