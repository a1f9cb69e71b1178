{{ config(materialized='view') }}
-- Grain: one row per template version, channel, purpose, customer cell and local day.
with

met_communication_deliveries as (

    select * from {{ ref('met_communication_deliveries') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

windows as (

    select max(maturity_days) as maturity_days

    from kpis

    where family = 'communication'

),

final as (

    select
        deliveries.template_name,
        deliveries.template_version,
        deliveries.channel,
        deliveries.purpose,
        deliveries.market,
        deliveries.segment,
        deliveries.sent_local_date,
        cast(date_trunc('month', deliveries.sent_local_date) as date)
            as sent_month_start_date,
        cast(
            deliveries.sent_local_date + interval 1 day * windows.maturity_days as date
        ) <= dim_run.as_of as is_mature,
        deliveries.count_sent,
        deliveries.count_reported,
        case when deliveries.count_reported > 0 then deliveries.count_delivered end
            as count_delivered,
        deliveries.count_bounced_hard,
        deliveries.count_bounced_soft,
        deliveries.count_blocked,
        case
            when deliveries.count_reported > 0
                then
                    deliveries.count_reported
                    - deliveries.count_delivered
                    - deliveries.count_bounced_hard
                    - deliveries.count_bounced_soft
                    - deliveries.count_blocked
        end as count_silent,
        case when deliveries.is_opened_channel then deliveries.count_delivered_to_open
        end as count_delivered_to_open,
        case when deliveries.is_opened_channel then deliveries.count_opened end
            as count_opened,
        case when deliveries.is_opened_channel then deliveries.count_clicked end
            as count_clicked,
        deliveries.count_unsubscribed,
        deliveries.count_complained,
        deliveries.count_personalized,
        deliveries.count_merged,
        deliveries.count_merge_failed,
        deliveries.count_with_preference,
        deliveries.count_by_preference,
        deliveries.count_archived,
        deliveries.count_retrievable,
        deliveries.count_after_opt_out,
        {{ percentage('deliveries.count_delivered', 'deliveries.count_reported') }}
            as delivery_pct,
        {{ percentage_bound(
            'deliveries.count_delivered', 'deliveries.count_reported', '-'
        ) }} as delivery_ci_low,
        {{ percentage_bound(
            'deliveries.count_delivered', 'deliveries.count_reported', '+'
        ) }} as delivery_ci_high,
        {{ percentage('deliveries.count_bounced_hard', 'deliveries.count_reported') }}
            as hard_bounce_pct,
        {{ percentage('deliveries.count_bounced_soft', 'deliveries.count_reported') }}
            as soft_bounce_pct,
        {{ percentage(
            'deliveries.count_opened', 'deliveries.count_delivered_to_open'
        ) }} as open_pct,
        {{ percentage(
            'deliveries.count_clicked', 'deliveries.count_delivered_to_open'
        ) }} as click_pct,
        {{ percentage('deliveries.count_clicked', 'deliveries.count_opened') }}
            as click_to_open_pct,
        {{ percentage('deliveries.count_unsubscribed', 'deliveries.count_delivered') }}
            as unsubscribe_pct,
        {{ percentage('deliveries.count_complained', 'deliveries.count_delivered') }}
            as complaint_pct,
        {{ percentage('deliveries.count_personalized', 'deliveries.count_sent') }}
            as personalized_pct,
        {{ percentage('deliveries.count_merge_failed', 'deliveries.count_merged') }}
            as merge_failure_pct,
        {{ percentage(
            'deliveries.count_by_preference', 'deliveries.count_with_preference'
        ) }} as preference_match_pct,
        {{ percentage('deliveries.count_retrievable', 'deliveries.count_archived') }}
            as retrievable_pct

    from met_communication_deliveries as deliveries

    cross join windows

    cross join dim_run

)

select * from final
