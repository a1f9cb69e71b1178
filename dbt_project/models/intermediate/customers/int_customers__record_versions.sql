-- Grain: one row per customer record and source version.
with

customers as (

    select * from {{ ref('stg_mapped__customers') }}

),

versions as (

    select
        *,
        min(_landed_at) over (partition by customer_record_id) as first_landed_at,
        _op in ('delete', 'erase') as is_deleted,
        -- A delete that names no other record leaves the merger as it was told.
        first_value(case when _op <> 'erase' then merged_into_key end) over (
            partition by customer_record_id
            order by
                cast(_op = 'delete' and merged_into_key is null as integer),
                source_version desc,
                _load_seq desc,
                _row_hash desc
        ) as standing_merged_into_key,
        row_number() over (
            partition by customer_record_id
            order by source_version desc, _load_seq desc, _row_hash desc
        ) = 1 as is_latest

    from customers
    -- A delete has the version of the row it ends: it is a version of its own.
    qualify row_number() over (
            partition by customer_record_id, source_version, _op in ('delete', 'erase')
            order by _load_seq desc, _row_hash desc
        ) = 1

),

final as (

    select
        customer_record_id,
        customer_key,
        source_id,
        customer_number,
        account_id,
        email_key,
        email_is_shared,
        phone_key,
        segment,
        market,
        {{ language_tag('language') }} as language,
        preferred_channel,
        acquisition_source,
        standing_merged_into_key as merged_into_key,
        coalesce(is_opted_out, false) as is_opted_out,
        coalesce(is_internal, false) as is_internal,
        created_at,
        -- What comes back after a delete comes back then, not when it was last edited.
        greatest(
            case
                when is_deleted then _landed_at
                else coalesce(source_updated_at, _landed_at)
            end,
            max(case when is_deleted then _landed_at end) over (
                partition by customer_record_id
                order by source_version, _load_seq
                rows between unbounded preceding and current row
            )
        ) as changed_at,
        is_deleted,
        is_latest,
        first_landed_at,
        source_version,
        _load_seq

    from versions

)

select * from final
