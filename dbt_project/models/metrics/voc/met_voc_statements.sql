-- Grain: one row per statement in a customer's own words, with what was read in it.
with

fct_feedback as (

    select * from {{ ref('fct_feedback') }}
    where not is_internal

),

-- What the words feel and speak of is not in the sources: null until it is read.
final as (

    select
        feedback_id,
        statement_id,
        source_id,
        feedback_kind,
        source_record_id,
        is_solicited,
        case when feedback_kind = 'review' then 'review' else channel end as channel,
        case when feedback_kind = 'review' then channel end as location,
        lower(language) as language,
        feedback_text,
        customer_id,
        coalesce(segment, 'unknown') as segment,
        coalesce(market, 'unknown') as market,
        survey_id,
        question_id,
        coalesce(touchpoint, 'unknown') as touchpoint,
        reason,
        product_name,
        agent_id,
        queue_id,
        stated_at,
        stated_local_date,
        trim(feedback_text) like '% %' as has_two_words,
        cast(null as varchar) as sentiment,
        cast(null as decimal(9, 4)) as polarity,
        cast(null as boolean) as has_positive_emotion,
        cast(null as boolean) as has_negative_emotion,
        cast(null as varchar) as theme,
        cast(null as varchar) as model_version

    from fct_feedback

)

select * from final
