-- Grain: one row per month, market, channel and reason with contacts, complaints,
-- self-service or cost.
with

met_judged_contacts as (

    select * from {{ ref('met_judged_contacts') }}

),

met_judged_issues as (

    select * from {{ ref('met_judged_issues') }}

),

met_contact_costs as (

    select * from {{ ref('met_contact_costs') }}

),

met_contact_cost_pools as (

    select * from {{ ref('met_contact_cost_pools') }}

),

met_complaints as (

    select * from {{ ref('met_complaints') }}

),

met_self_services as (

    select * from {{ ref('met_self_services') }}

),

met_contact_bases as (

    select * from {{ ref('met_contact_bases') }}
    where period_type = 'month'

),

dim_price_index as (

    select * from {{ ref('dim_price_index') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

events as (

    select
        'contact' as event,
        contact_local_date as local_date,
        market,
        channel,
        coalesce(reason, 'unknown') as reason,
        cast(1 as bigint) as amount,
        is_mature and issue_id is not null as is_followed,
        not has_repeat_of_reason as is_resolved

    from met_judged_contacts

    union all

    select
        'issue' as event,
        issue_local_date as local_date,
        market,
        channel,
        reason,
        cast(1 as bigint) as amount,
        is_mature as is_followed,
        is_single_contact as is_resolved

    from met_judged_issues

    union all

    select
        'closed_issue' as event,
        issue_local_date as local_date,
        market,
        channel,
        reason,
        count_contacts as amount,
        true as is_followed,
        true as is_resolved

    from met_judged_issues

    where is_closed

    union all

    select
        'complaint' as event,
        complaint_local_date as local_date,
        market,
        channel,
        reason,
        cast(1 as bigint) as amount,
        is_mature as is_followed,
        is_acknowledged_in_time as is_resolved

    from met_complaints

    union all

    select
        'self_service' as event,
        service_local_date as local_date,
        market,
        channel,
        coalesce(reason, 'unknown') as reason,
        cast(1 as bigint) as amount,
        true as is_followed,
        is_solved as is_resolved

    from met_self_services

    union all

    select
        'cost' as event,
        month_start_date as local_date,
        market,
        channel,
        reason,
        cost_hundredths as amount,
        true as is_followed,
        true as is_resolved

    from met_contact_costs

    union all

    -- Cost without a contact to bear it stays in the sum.
    select
        'cost' as event,
        month_start_date as local_date,
        market,
        channel,
        'unknown' as reason,
        cost_hundredths as amount,
        true as is_followed,
        true as is_resolved

    from met_contact_cost_pools

    where count_contacts = 0

),

summed as (

    select
        cast(date_trunc('month', local_date) as date) as month_start_date,
        market,
        channel,
        reason,
        count(*) filter (where event = 'contact') as count_contacts,
        count(*) filter (where event = 'contact' and is_followed)
            as count_followed_contacts,
        count(*) filter (where event = 'contact' and is_followed and is_resolved)
            as count_contacts_without_repeat,
        count(*) filter (where event = 'closed_issue') as count_closed_issues,
        coalesce(
            cast(sum(amount) filter (where event = 'closed_issue') as bigint), 0
        ) as count_contacts_of_closed_issues,
        count(*) filter (where event = 'issue' and is_followed) as count_mature_issues,
        count(*) filter (where event = 'issue' and is_followed and is_resolved)
            as count_first_contact_resolved,
        count(*) filter (where event = 'complaint') as count_complaints,
        count(*) filter (where event = 'complaint' and is_followed)
            as count_mature_complaints,
        count(*) filter (where event = 'complaint' and is_followed and is_resolved)
            as count_acknowledged_in_time,
        count(*) filter (where event = 'self_service' and is_resolved)
            as count_self_served,
        cast(sum(amount) filter (where event = 'cost') as bigint) as cost_hundredths

    from events

    group by month_start_date, market, channel, reason

),

bases as (

    select
        period_start as month_start_date,
        market,
        cast(sum(count_active_customers) as bigint) as count_active_customers,
        cast(sum(count_orders) as bigint) as count_orders

    from met_contact_bases

    group by period_start, market

),

costed_months as (

    select
        month_start_date,
        bool_or(is_costed) as is_costed

    from met_contact_cost_pools

    group by month_start_date

),

final as (

    select
        summed.month_start_date,
        summed.market,
        summed.channel,
        summed.reason,
        summed.count_contacts,
        summed.count_followed_contacts,
        summed.count_contacts_without_repeat,
        {{ percentage(
            'summed.count_contacts_without_repeat', 'summed.count_followed_contacts'
        ) }} as no_repeat_pct,
        summed.count_closed_issues,
        summed.count_contacts_of_closed_issues,
        round({{ ratio(
            'summed.count_contacts_of_closed_issues', 'summed.count_closed_issues'
        ) }}, 6) as contacts_per_issue,
        summed.count_mature_issues,
        summed.count_first_contact_resolved,
        {{ percentage(
            'summed.count_first_contact_resolved', 'summed.count_mature_issues'
        ) }} as first_contact_resolution_pct,
        {{ percentage_bound(
            'summed.count_first_contact_resolved', 'summed.count_mature_issues', '-'
        ) }} as first_contact_resolution_pct_ci_low,
        {{ percentage_bound(
            'summed.count_first_contact_resolved', 'summed.count_mature_issues', '+'
        ) }} as first_contact_resolution_pct_ci_high,
        summed.count_mature_issues < 30 as low_n,
        summed.count_self_served,
        {{ percentage(
            'summed.count_self_served',
            '(summed.count_self_served + summed.count_contacts)'
        ) }} as self_service_pct,
        summed.count_complaints,
        summed.count_mature_complaints,
        summed.count_acknowledged_in_time,
        {{ percentage(
            'summed.count_acknowledged_in_time', 'summed.count_mature_complaints'
        ) }} as acknowledged_pct,
        bases.count_active_customers,
        bases.count_orders,
        {{ percentage('summed.count_contacts', 'bases.count_active_customers') }}
            as contacts_per_100_active_customers,
        {{ percentage('summed.count_contacts', 'bases.count_orders') }}
            as contacts_per_100_orders,
        round(1000 * {{ ratio(
            'summed.count_complaints', 'bases.count_active_customers'
        ) }}, 6) as complaints_per_1000_active_customers,
        coalesce(costed_months.is_costed, false) as is_costed,
        cast(summed.cost_hundredths * 0.01 as decimal(18, 2)) as cost_amount,
        cast(round(
            {{ ratio('summed.cost_hundredths', 'summed.count_contacts') }} / 100, 2
        ) as decimal(18, 2)) as cost_per_contact_amount,
        cast(round(
            {{ ratio('summed.cost_hundredths', 'prices.price_index') }}, 2
        ) as decimal(18, 2)) as real_cost_amount,
        case when summed.cost_hundredths is not null then dim_run.currency_code end
            as currency_code

    from summed

    cross join dim_run

    left join bases
        on summed.month_start_date = bases.month_start_date
            and summed.market = bases.market

    left join dim_price_index as prices
        on dim_run.currency_code = prices.currency_code
            and summed.month_start_date = prices.month_start_date

    left join costed_months
        on summed.month_start_date = costed_months.month_start_date

    where
        summed.count_contacts > 0
        or summed.count_complaints > 0
        or summed.count_self_served > 0
        or summed.count_mature_issues > 0
        or summed.cost_hundredths is not null

)

select * from final
