-- Grain: one row per customer and channel by which it was reached for: its response.
with

met_communication_days as (

    select * from {{ ref('met_communication_days') }}

),

met_channel_refusals as (

    select * from {{ ref('met_channel_refusals') }}

),

fct_calls as (

    select * from {{ ref('fct_calls') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

touches as (

    select
        customer_id,
        channel,
        sent_local_date as touched_on,
        count_sent as count_touches,
        3 * count_answered
        + count_only_opened
        - 3 * (count_bounced_hard + count_bounced_soft) as response_weight

    from met_communication_days

    union all

    select
        customer_id,
        'phone' as channel,
        entered_local_date as touched_on,
        1 as count_touches,
        case when outcome = 'answered' then 3 else 0 end as response_weight

    from fct_calls

    where direction = 'outbound' and not is_internal and customer_id is not null

),

daily_touches as (

    select
        customer_id,
        channel,
        touched_on,
        cast(sum(count_touches) as bigint) as count_touches,
        cast(sum(response_weight) as bigint) as response_weight

    from touches

    group by customer_id, channel, touched_on

),

-- Decimals, because a sum of doubles depends on the order of its rows.
faded_touches as (

    select
        daily_touches.*,
        cast(
            power(
                0.5,
                cast(
                    {{ dbt.datediff(
                        'daily_touches.touched_on', 'dim_run.as_of', 'day'
                    ) }} as double
                )
                / {{ var('preference_half_life_days') }}
            ) as decimal(15, 12)
        ) as fading

    from daily_touches

    cross join dim_run

    where daily_touches.touched_on < dim_run.as_of

),

faded as (

    select
        customer_id,
        channel,
        cast(sum(count_touches) as bigint) as count_touches,
        max(touched_on) as last_touched_on,
        cast(sum(response_weight * fading) as double)
        / (cast(sum(count_touches * fading) as double) + 1) as score

    from faded_touches

    group by customer_id, channel

),

final as (

    select
        faded.customer_id,
        faded.channel,
        faded.count_touches,
        faded.last_touched_on,
        round(faded.score, 6) as score,
        coalesce(own_decisions.is_refused, general_decisions.is_refused, false)
            as is_refused

    from faded

    left join met_channel_refusals as own_decisions
        on faded.customer_id = own_decisions.customer_id
            and faded.channel = own_decisions.channel

    left join met_channel_refusals as general_decisions
        on faded.customer_id = general_decisions.customer_id
            and general_decisions.channel = 'any'

)

select * from final
