-- Grain: one row per version of a person with a customer record.
with

records as (

    select * from {{ ref('int_customers__record_versions') }}

),

identities as (

    select * from {{ ref('int_identity__keys_resolved') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

-- A living record leads before a deleted one, then the one first seen.
leading_records as (

    select
        coalesce(identities.customer_id, md5(records.customer_key)) as customer_id,
        records.customer_record_id,
        bool_or(records.is_internal) over (
            partition by coalesce(identities.customer_id, md5(records.customer_key))
        ) as is_internal

    from records
    left join identities
        on records.customer_key = identities.identity_key
    where records.is_latest
    qualify row_number() over (
            partition by coalesce(identities.customer_id, md5(records.customer_key))
            order by
                records.is_deleted, records.first_landed_at, records.customer_record_id
        ) = 1

),

versions as (

    select
        leading_records.customer_id,
        leading_records.is_internal as is_internal_person,
        records.*,
        md5(
            concat_ws(
                '|',
                coalesce(records.account_id, ''),
                coalesce(records.segment, ''),
                coalesce(records.market, ''),
                coalesce(records.language, ''),
                coalesce(records.preferred_channel, ''),
                coalesce(records.acquisition_source, ''),
                records.is_opted_out,
                records.is_deleted
            )
        ) as content_hash

    from records
    inner join leading_records
        on records.customer_record_id = leading_records.customer_record_id

),

changes as (

    select
        *,
        lag(content_hash) over (
            partition by customer_id
            order by changed_at, source_version, is_deleted, _load_seq
        ) as previous_content_hash

    from versions

),

periods as (

    select
        *,
        case
            when previous_content_hash is null then cast('1900-01-01' as timestamp)
            else changed_at
        end as valid_from,
        coalesce(
            lead(changed_at) over (
                partition by customer_id
                order by changed_at, source_version, is_deleted, _load_seq
            ),
            cast('9999-12-31' as timestamp)
        ) as valid_to

    from changes
    where content_hash is distinct from previous_content_hash

),

final as (

    select
        md5(concat_ws('|', periods.customer_id, periods.valid_from))
            as customer_version_id,
        periods.customer_id,
        periods.customer_number,
        periods.source_id,
        periods.account_id,
        periods.market,
        periods.segment,
        periods.language,
        periods.preferred_channel,
        periods.acquisition_source,
        periods.is_opted_out,
        periods.is_internal_person as is_internal,
        periods.created_at,
        cast({{ to_local('periods.created_at', 'run.time_zone') }} as date)
            as created_local_date,
        periods.valid_from,
        periods.valid_to,
        periods.valid_to = cast('9999-12-31' as timestamp) as is_current

    from periods
    cross join run
    -- Two changes in one instant: the last one stands.
    where not periods.is_deleted and periods.valid_from < periods.valid_to

)

select * from final
