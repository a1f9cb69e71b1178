-- Grain: one row per customer, template version, sender and local day: messages sent.
with

fct_communications as (

    select * from {{ ref('fct_communications') }}

),

fct_invoices as (

    select * from {{ ref('fct_invoices') }}

),

paid_invoices as (

    select
        invoice_id,
        payment_channel,
        paid_in_full_at

    from fct_invoices

    where paid_in_full_at is not null

),

messages as (

    select
        communications.customer_id,
        communications.source_id,
        communications.channel,
        communications.purpose,
        coalesce(communications.template, 'unknown') as template_name,
        coalesce(communications.template_version, 'unknown') as template_version,
        coalesce(communications.market, 'unknown') as market,
        coalesce(communications.segment, 'unknown') as segment,
        communications.sent_local_date,
        communications.first_delivered_at is not null as is_receipted,
        coalesce(communications.is_delivered, false) as is_delivered,
        communications.first_bounced_hard_at is not null as is_bounced_hard,
        communications.first_bounced_soft_at is not null as is_bounced_soft,
        communications.first_blocked_at is not null as is_blocked,
        -- Who follows a link has opened the message, whatever the picture in it says.
        coalesce(communications.is_delivered, false)
        and (
            communications.first_opened_at is not null
            or communications.first_clicked_at is not null
        ) as is_opened,
        coalesce(communications.is_delivered, false)
        and communications.first_clicked_at is not null as is_clicked,
        coalesce(communications.is_delivered, true)
        and (
            communications.first_replied_at is not null
            or paid_invoices.invoice_id is not null
        ) as is_answered,
        communications.first_unsubscribed_at,
        communications.first_complained_at,
        communications.is_personalized,
        communications.count_merge_failures,
        communications.preferred_channel,
        communications.is_after_opt_out,
        communications.is_retrievable

    from fct_communications as communications

    left join paid_invoices
        on communications.about_id = paid_invoices.invoice_id
            and communications.channel = paid_invoices.payment_channel
            and communications.sent_at <= paid_invoices.paid_in_full_at

    where not communications.is_test and not communications.is_internal

),

final as (

    select
        customer_id,
        source_id,
        channel,
        purpose,
        template_name,
        template_version,
        market,
        segment,
        sent_local_date,
        count(*) as count_sent,
        count(*) filter (where is_receipted) as count_receipted,
        count(*) filter (where is_delivered) as count_delivered,
        count(*) filter (where not is_delivered and is_bounced_hard)
            as count_bounced_hard,
        count(*) filter (
            where not is_delivered and not is_bounced_hard and is_bounced_soft
        ) as count_bounced_soft,
        count(*) filter (
            where not is_delivered
            and not is_bounced_hard
            and not is_bounced_soft
            and is_blocked
        ) as count_blocked,
        count(*) filter (where is_opened) as count_opened,
        count(*) filter (where is_clicked) as count_clicked,
        count(*) filter (where is_answered) as count_answered,
        count(*) filter (where is_opened and not is_answered) as count_only_opened,
        count(*) filter (where is_delivered and first_unsubscribed_at is not null)
            as count_unsubscribed,
        count(*) filter (where is_delivered and first_complained_at is not null)
            as count_complained,
        count(*) filter (where is_personalized) as count_personalized,
        count(count_merge_failures) as count_merged,
        count(*) filter (where count_merge_failures > 0) as count_merge_failed,
        count(*) filter (where preferred_channel is not null and channel <> 'letter')
            as count_with_preference,
        count(*) filter (where preferred_channel = channel and channel <> 'letter')
            as count_by_preference,
        count(is_retrievable) as count_archived,
        count(*) filter (where is_retrievable) as count_retrievable,
        count(*) filter (where is_after_opt_out) as count_after_opt_out,
        max(first_unsubscribed_at) as last_unsubscribed_at

    from messages

    group by
        customer_id,
        source_id,
        channel,
        purpose,
        template_name,
        template_version,
        market,
        segment,
        sent_local_date

)

select * from final
