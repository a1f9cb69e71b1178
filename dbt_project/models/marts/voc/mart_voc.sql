{{ config(materialized='view') }}
-- Grain: one row per statement in a customer's own words.
with

met_voc_statements as (

    select * from {{ ref('met_voc_statements') }}

),

final as (

    select
        feedback_id,
        source_id,
        feedback_kind,
        source_record_id,
        is_solicited,
        channel,
        location,
        language,
        feedback_text,
        customer_id,
        segment,
        market,
        survey_id,
        question_id,
        touchpoint,
        reason,
        product_name,
        agent_id,
        queue_id,
        stated_at,
        stated_local_date,
        has_two_words,
        sentiment,
        polarity,
        has_positive_emotion,
        has_negative_emotion,
        theme,
        model_version

    from met_voc_statements

)

select * from final
