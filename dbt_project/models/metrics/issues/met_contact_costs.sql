{% set inputs = {
    'met_issue_contacts': [
        'month_start_date', 'interaction_id', 'issue_id', 'started_at', 'market',
        'channel', 'reason',
    ],
    'met_contact_cost_pools': [
        'month_start_date', 'market', 'channel', 'currency_code', 'cost_hundredths',
        'count_contacts',
    ],
} -%}
{{ grows_by_day('month_start_date', inputs) }}
-- Grain: one row per handled contact of a month, market and channel with a known cost.
with

met_issue_contacts as (

    {{ rows_of_changed_days('met_issue_contacts', inputs) }}

),

met_contact_cost_pools as (

    {{ rows_of_changed_days('met_contact_cost_pools', inputs) }}

),

pools as (

    select * from met_contact_cost_pools

    where cost_hundredths is not null and count_contacts > 0

),

numbered as (

    select
        contacts.interaction_id,
        contacts.issue_id,
        pools.month_start_date,
        contacts.market,
        contacts.channel,
        coalesce(contacts.reason, 'unknown') as reason,
        pools.currency_code,
        pools.cost_hundredths,
        pools.count_contacts,
        row_number() over (
            partition by pools.month_start_date, contacts.market, contacts.channel
            order by contacts.started_at, contacts.interaction_id
        ) as contact_number

    from met_issue_contacts as contacts

    inner join pools
        on contacts.month_start_date = pools.month_start_date
            and contacts.market = pools.market
            and contacts.channel = pools.channel

),

-- Equal shares in whole hundredths; the first contacts carry what is left over.
final as (

    select
        interaction_id,
        issue_id,
        month_start_date,
        market,
        channel,
        reason,
        currency_code,
        cast(
            (cost_hundredths - cost_hundredths % count_contacts) / count_contacts
            as bigint
        )
        + case
            when contact_number <= abs(cost_hundredths % count_contacts)
                then cast(sign(cost_hundredths) as bigint)
            else 0
        end as cost_hundredths

    from numbered

)

select * from final
