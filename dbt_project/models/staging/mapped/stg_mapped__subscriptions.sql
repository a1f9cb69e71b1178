-- Grain: one row per landed version of a subscription or contract.
with

source as (

    select * from {{ source('raw', 'mapped__subscriptions') }}

),

renamed as (

    select
        _source_id || ':' || source_id as subscription_id,
        _source_id as source_id,
        'customer:' || customer_source_id || ':' || customer_number as customer_key,
        plan_name,
        cancel_reason,
        currency_code,
        monthly_amount,
        is_involuntary,
        is_paused,
        is_trial,
        started_on,
        ended_on,
        renewal_due_on,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
