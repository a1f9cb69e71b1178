{{ config(materialized='table') }}
-- Grain: one row per statement in a customer's own words.
with

surveys as (

    select * from {{ ref('dim_surveys') }}

),

answers as (

    select answers.*

    from {{ ref('fct_survey_answers') }} as answers
    left join surveys
        on answers.survey_id = surveys.survey_id

    where
        coalesce(surveys.is_of_customers, true)
        and trim(coalesce(answers.answer_text, '')) <> ''
        and coalesce(answers.exclusion_reason, 'counted') not in ('not_yet', 'test')

),

tickets as (

    select * from {{ ref('fct_tickets') }}
    where not is_spam

),

measured_tickets as (

    select
        ticket_id,
        first_customer_message_id

    from {{ ref('int_service__tickets_measured') }}

),

messages as (

    select
        ticket_message_id,
        channel,
        message_text,
        sent_at,
        sent_local_date

    from {{ ref('int_service__ticket_messages_latest') }}
    where trim(coalesce(message_text, '')) <> ''

),

reviews as (

    select * from {{ ref('fct_reviews') }}
    where not is_bot

),

review_texts as (

    select
        review_id,
        review_text

    from {{ ref('int_service__reviews_latest') }}
    where trim(coalesce(review_text, '')) <> ''

),

final as (

    select
        'answer:' || answer_id as feedback_id,
        'response:' || response_id as statement_id,
        split_part(answer_id, ':', 1) as source_id,
        'survey_answer' as feedback_kind,
        answer_id as source_record_id,
        true as is_solicited,
        coalesce(channel, 'survey') as channel,
        language,
        answer_text as feedback_text,
        identity_key,
        customer_id,
        segment,
        market,
        survey_id,
        question_id,
        touchpoint,
        cast(null as varchar) as reason,
        cast(null as varchar) as product_name,
        agent_id,
        queue_id,
        answered_at as stated_at,
        answered_local_date as stated_local_date,
        coalesce(exclusion_reason, 'counted') = 'internal' as is_internal

    from answers
    union all
    select
        'ticket:' || messages.ticket_message_id as feedback_id,
        'ticket:' || messages.ticket_message_id as statement_id,
        tickets.source_id,
        'ticket_message' as feedback_kind,
        messages.ticket_message_id as source_record_id,
        false as is_solicited,
        coalesce(messages.channel, tickets.channel, 'unknown') as channel,
        cast(null as varchar) as language,
        messages.message_text as feedback_text,
        tickets.identity_key,
        tickets.customer_id,
        tickets.segment,
        tickets.market,
        cast(null as varchar) as survey_id,
        cast(null as varchar) as question_id,
        cast(null as varchar) as touchpoint,
        tickets.reason,
        tickets.product_name,
        tickets.agent_id,
        tickets.queue_id,
        messages.sent_at as stated_at,
        messages.sent_local_date as stated_local_date,
        tickets.is_internal

    from tickets
    inner join measured_tickets
        on tickets.ticket_id = measured_tickets.ticket_id
    inner join messages
        on measured_tickets.first_customer_message_id = messages.ticket_message_id
    union all
    select
        'review:' || reviews.review_id as feedback_id,
        'review:' || reviews.review_id as statement_id,
        reviews.source_id,
        'review' as feedback_kind,
        reviews.review_id as source_record_id,
        false as is_solicited,
        reviews.site as channel,
        reviews.language,
        review_texts.review_text as feedback_text,
        reviews.identity_key,
        reviews.customer_id,
        reviews.segment,
        reviews.market,
        cast(null as varchar) as survey_id,
        cast(null as varchar) as question_id,
        cast(null as varchar) as touchpoint,
        cast(null as varchar) as reason,
        reviews.product_name,
        cast(null as varchar) as agent_id,
        cast(null as varchar) as queue_id,
        reviews.posted_at as stated_at,
        reviews.posted_local_date as stated_local_date,
        reviews.is_internal

    from reviews
    inner join review_texts
        on reviews.review_id = review_texts.review_id

)

select * from final
