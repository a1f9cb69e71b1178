{{ config(materialized='view') }}
-- Grain: one row per theme, model version and month of the company calendar.
{%- set scores = ['csat', 'nps'] %}
with

met_voc_theme_periods as (

    select * from {{ ref('met_voc_theme_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        themes.theme,
        themes.model_version,
        themes.model_version = '{{ var("theme_model_version") }}' as is_model_in_force,
        themes.period_type,
        themes.period_start,
        themes.period_end,
        themes.count_statements,
        themes.count_all_statements,
        {{ percentage('themes.count_statements', 'themes.count_all_statements') }}
            as theme_share_pct,
        {{ percentage_bound(
            'themes.count_statements', 'themes.count_all_statements', '-'
        ) }} as theme_share_pct_ci_low,
        {{ percentage_bound(
            'themes.count_statements', 'themes.count_all_statements', '+'
        ) }} as theme_share_pct_ci_high,
        themes.count_read,
        themes.count_positive,
        themes.count_negative,
        themes.count_mixed,
        {{ percentage(
            '(themes.count_positive - themes.count_negative)', 'themes.count_read'
        ) }} as net_sentiment,
        {{ net_percentage_bound(
            '(themes.count_positive - themes.count_negative)',
            '(themes.count_positive + themes.count_negative)', 'themes.count_read', '-'
        ) }} as net_sentiment_ci_low,
        {{ net_percentage_bound(
            '(themes.count_positive - themes.count_negative)',
            '(themes.count_positive + themes.count_negative)', 'themes.count_read', '+'
        ) }} as net_sentiment_ci_high,
        {%- for score in scores %}
            themes.count_{{ score }} as count_{{ score }}_responses,
            themes.net_{{ score }},
            themes.count_all_{{ score }} as count_all_{{ score }}_responses,
            themes.net_all_{{ score }},
            themes.{{ score }}_with as {{ score }}_with_theme,
            themes.{{ score }}_without as {{ score }}_without_theme,
            themes.{{ score }}_impact as {{ score }}_impact_points,
            themes.{{ score }}_impact_low as {{ score }}_impact_points_ci_low,
            themes.{{ score }}_impact_high as {{ score }}_impact_points_ci_high,
        {%- endfor %}
        themes.count_statements < 30 as low_n

    from met_voc_theme_periods as themes

    cross join dim_run

    where
        themes.period_type
        = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

)

select * from final
