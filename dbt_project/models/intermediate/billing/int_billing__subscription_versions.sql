-- Grain: one row per subscription and period, in local time, in which its terms held.
with

subscriptions as (

    select
        *,
        lag(ended_on) over (
            partition by subscription_id
            order by source_version, _load_seq, _row_hash
        ) as previous_ended_on

    from {{ ref('stg_mapped__subscriptions') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

-- Days are local, so the history is, too.
local_versions as (

    select
        subscriptions.subscription_id,
        subscriptions.source_id,
        subscriptions.customer_key,
        subscriptions.plan_name,
        subscriptions.started_on,
        subscriptions.ended_on,
        subscriptions.previous_ended_on,
        subscriptions.monthly_amount,
        coalesce(subscriptions.currency_code, run.currency_code) as currency_code,
        coalesce(subscriptions.is_paused, false) as is_paused,
        coalesce(subscriptions.is_trial, false) as is_trial,
        {{ to_local('subscriptions.source_updated_at', 'run.time_zone') }}
            as updated_local_at,
        {{ to_local('subscriptions._landed_at', 'run.time_zone') }} as _landed_at,
        subscriptions.source_version,
        subscriptions._load_seq,
        subscriptions._op,
        subscriptions._row_hash

    from subscriptions
    cross join run

),

-- An end counts from its day, however late it was noted; so does a contract that begins
-- anew after one.
dated_versions as (

    select
        *,
        least(
            coalesce(updated_local_at, _landed_at),
            case
                when ended_on is not null then cast(ended_on as timestamp)
                when previous_ended_on <= started_on then cast(started_on as timestamp)
            end
        ) as changed_local_at

    from local_versions

),

{{ version_periods(
    'dated_versions',
    'subscription_id',
    [
        'customer_key',
        'plan_name',
        'started_on',
        'ended_on',
        'monthly_amount',
        'currency_code',
        'is_paused',
        'is_trial',
    ],
    changed_at='changed_local_at',
) }},

final as (

    select
        subscription_id,
        source_id,
        coalesce(customer_key, 'subscription:' || subscription_id) as identity_key,
        plan_name,
        started_on,
        ended_on,
        monthly_amount,
        currency_code,
        is_paused,
        is_trial,
        valid_from as valid_from_local,
        valid_to as valid_to_local,
        is_current

    from periods

)

select * from final
