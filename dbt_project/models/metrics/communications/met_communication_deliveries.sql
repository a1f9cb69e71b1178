{% set counts = [
    'sent', 'bounced_hard', 'bounced_soft', 'blocked', 'personalized', 'merged',
    'merge_failed', 'with_preference', 'by_preference', 'archived', 'retrievable',
    'after_opt_out',
] -%}
-- Grain: one row per template version, channel, purpose, customer cell and local day.
with

met_communication_days as (

    select * from {{ ref('met_communication_days') }}

),

-- What a sender reports of a channel at all says how its silence is to be read.
reports as (

    select
        source_id,
        channel,
        sum(count_receipted) > 0 as is_receipted,
        sum(count_delivered + count_bounced_hard + count_bounced_soft + count_blocked)
        > 0 as is_reported

    from met_communication_days

    group by source_id, channel

),

judged as (

    select
        days.*,
        case when reports.is_reported then days.count_sent else 0 end as count_reported,
        -- Without receipts, but with bounces, what did not come back has arrived.
        case
            when reports.is_receipted or not reports.is_reported
                then days.count_delivered
            else
                days.count_sent
                - days.count_bounced_hard
                - days.count_bounced_soft
                - days.count_blocked
        end as count_arrived,
        concat('|', '{{ var("opened_channels") }}', '|')
        like concat('%|', days.channel, '|%') as is_opened_channel

    from met_communication_days as days

    inner join reports
        on days.source_id = reports.source_id
            and days.channel = reports.channel

),

final as (

    select
        template_name,
        template_version,
        channel,
        purpose,
        market,
        segment,
        sent_local_date,
        is_opened_channel,
        {% for name in counts -%}
            cast(sum(count_{{ name }}) as bigint) as count_{{ name }},
        {% endfor -%}
        cast(sum(count_reported) as bigint) as count_reported,
        cast(sum(count_arrived) as bigint) as count_delivered,
        cast(sum(case when is_opened_channel then count_arrived else 0 end) as bigint)
            as count_delivered_to_open,
        cast(sum(case when is_opened_channel then count_opened else 0 end) as bigint)
            as count_opened,
        cast(sum(case when is_opened_channel then count_clicked else 0 end) as bigint)
            as count_clicked,
        cast(sum(count_unsubscribed) as bigint) as count_unsubscribed,
        cast(sum(count_complained) as bigint) as count_complained

    from judged

    group by
        template_name,
        template_version,
        channel,
        purpose,
        market,
        segment,
        sent_local_date,
        is_opened_channel

)

select * from final
