{{ config(materialized='view') }}
-- Grain: one row per statement of a customer, theme and model that found it.
with

met_voc_themes as (

    select * from {{ ref('met_voc_themes') }}

),

final as (

    select
        statement_id,
        theme,
        model_version,
        model_version = '{{ var("theme_model_version") }}' as is_model_in_force,
        theme_source,
        feedback_kind,
        customer_id,
        segment,
        market,
        touchpoint,
        channel,
        stated_at,
        stated_local_date,
        sentiment,
        csat_outcome,
        nps_outcome

    from met_voc_themes

)

select * from final
