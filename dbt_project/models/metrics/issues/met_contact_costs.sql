-- Grain: one row per handled contact of a month, market and channel with a known cost.
with

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}

),

pools as (

    select * from {{ ref('met_contact_cost_pools') }}
    where cost_hundredths is not null and count_contacts > 0

),

numbered as (

    select
        interaction_id,
        issue_id,
        cast(date_trunc('month', contact_local_date) as date) as month_start_date,
        market,
        channel,
        coalesce(reason, 'unknown') as reason,
        row_number() over (
            partition by date_trunc('month', contact_local_date), market, channel
            order by started_at, interaction_id
        ) as contact_number

    from met_issue_contacts

),

-- Equal shares in whole hundredths; the first contacts carry what is left over.
final as (

    select
        numbered.interaction_id,
        numbered.issue_id,
        numbered.month_start_date,
        numbered.market,
        numbered.channel,
        numbered.reason,
        pools.currency_code,
        cast(
            (pools.cost_hundredths - pools.cost_hundredths % pools.count_contacts)
            / pools.count_contacts as bigint
        )
        + case
            when
                numbered.contact_number
                <= abs(pools.cost_hundredths % pools.count_contacts)
                then cast(sign(pools.cost_hundredths) as bigint)
            else 0
        end as cost_hundredths

    from numbered

    inner join pools
        on numbered.month_start_date = pools.month_start_date
            and numbered.market = pools.market
            and numbered.channel = pools.channel

)

select * from final
