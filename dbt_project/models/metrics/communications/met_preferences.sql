-- Grain: one row per customer: the channel to write by, as of the last counted day.
with

met_channel_responses as (

    select * from {{ ref('met_channel_responses') }}

),

met_channel_refusals as (

    select * from {{ ref('met_channel_refusals') }}

),

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

versions as (

    select
        customer_id,
        created_at,
        valid_from,
        preferred_channel,
        lag(preferred_channel) over (
            partition by customer_id
            order by valid_from
        ) as previous_channel,
        lag(valid_from) over (
            partition by customer_id
            order by valid_from
        ) is null as is_first

    from dim_customers

),

-- A preference is as old as the first version that states it without a break.
statements as (

    select
        customer_id,
        max(greatest(valid_from, coalesce(created_at, valid_from))) as stated_at

    from versions

    where is_first or preferred_channel is distinct from previous_channel

    group by customer_id

),

customers as (

    select
        dim_customers.customer_id,
        dim_customers.account_id,
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment,
        dim_customers.preferred_channel as stated_channel,
        case when dim_customers.preferred_channel is not null then statements.stated_at
        end as stated_at,
        dim_customers.preferred_channel is not null
        and {{ dbt.dateadd(
            'month', var('stated_preference_months'), 'statements.stated_at'
        ) }} >= cast(dim_run.as_of as timestamp) as is_stated_lately,
        cast(dim_run.as_of - interval 1 day as date) as scored_on

    from dim_customers

    cross join dim_run

    left join statements
        on dim_customers.customer_id = statements.customer_id

    where dim_customers.is_current and not dim_customers.is_internal

),

-- Refused channels are no choice; what is left must have been used often enough.
open_channels as (

    select
        *,
        sum(count_touches) over (partition by customer_id) as count_all_touches

    from met_channel_responses

    where not is_refused

),

best_channels as (

    select * from open_channels

    where
        count_all_touches >= {{ var('preference_minimum_touches') }}
        and score > 0

    -- Of one score the last touch decides, of one day the name.
    qualify row_number() over (
            partition by customer_id
            order by score desc, last_touched_on desc, channel asc
        ) = 1

),

-- What most persons of an account state, the name breaking a tie, is its default.
account_channels as (

    select
        account_id,
        stated_channel as channel

    from customers

    where account_id is not null and is_stated_lately

    group by account_id, stated_channel

    qualify row_number() over (
            partition by account_id
            order by count(*) desc, stated_channel asc
        ) = 1

),

chosen as (

    select
        customers.*,
        best_channels.channel as behavior_channel,
        best_channels.score as behavior_score,
        case
            when
                customers.is_stated_lately
                and not coalesce(
                    stated_decisions.is_refused, general_decisions.is_refused, false
                )
                then customers.stated_channel
        end as explicit_channel,
        case
            when
                not coalesce(
                    account_decisions.is_refused, general_decisions.is_refused, false
                )
                then account_channels.channel
        end as default_channel

    from customers

    left join best_channels
        on customers.customer_id = best_channels.customer_id

    left join account_channels
        on customers.account_id = account_channels.account_id

    left join met_channel_refusals as stated_decisions
        on customers.customer_id = stated_decisions.customer_id
            and customers.stated_channel = stated_decisions.channel

    left join met_channel_refusals as account_decisions
        on customers.customer_id = account_decisions.customer_id
            and account_channels.channel = account_decisions.channel

    left join met_channel_refusals as general_decisions
        on customers.customer_id = general_decisions.customer_id
            and general_decisions.channel = 'any'

),

final as (

    select
        customer_id,
        market,
        segment,
        coalesce(explicit_channel, behavior_channel, default_channel, 'unknown')
            as preferred_channel,
        case
            when explicit_channel is not null then 'explicit'
            when behavior_channel is not null then 'behavior'
            when default_channel is not null then 'default'
            else 'unknown'
        end as preference_source,
        stated_channel,
        stated_at,
        behavior_channel,
        behavior_score,
        scored_on

    from chosen

)

select * from final
