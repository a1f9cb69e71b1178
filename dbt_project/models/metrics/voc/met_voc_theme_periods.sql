-- Grain: one row per theme, model and period in which any statement has a theme.
{%- set scores = ['csat', 'nps'] %}
with

met_voc_themes as (

    select * from {{ ref('met_voc_themes') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type in ('month', 'jalali_month', 'quarter', 'year')

),

-- A statement of several themes stands once in the base.
statements as (

    select
        model_version,
        statement_id,
        min(stated_local_date) as stated_local_date,
        min(csat_outcome) as csat_outcome,
        min(nps_outcome) as nps_outcome

    from met_voc_themes

    group by model_version, statement_id

),

bases as (

    select
        statements.model_version,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        {%- for score in scores %}
            count(statements.{{ score }}_outcome) as count_all_{{ score }},
            cast(coalesce(sum(statements.{{ score }}_outcome), 0) as bigint)
                as net_all_{{ score }},
            cast(coalesce(sum(abs(statements.{{ score }}_outcome)), 0) as bigint)
                as extreme_all_{{ score }},
        {%- endfor %}
        count(*) as count_all_statements

    from statements

    inner join met_periods
        on statements.stated_local_date = met_periods.calendar_date

    group by
        statements.model_version,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

mentions as (

    select
        themes.model_version,
        themes.theme,
        met_periods.period_type,
        met_periods.period_start,
        count(*) as count_statements,
        count(themes.sentiment) as count_read,
        count(*) filter (where themes.sentiment = 'positive') as count_positive,
        count(*) filter (where themes.sentiment = 'negative') as count_negative,
        {%- for score in scores %}
            count(themes.{{ score }}_outcome) as count_{{ score }},
            cast(coalesce(sum(themes.{{ score }}_outcome), 0) as bigint)
                as net_{{ score }},
            cast(coalesce(sum(abs(themes.{{ score }}_outcome)), 0) as bigint)
                as extreme_{{ score }},
        {%- endfor %}
        count(*) filter (where themes.sentiment = 'mixed') as count_mixed

    from met_voc_themes as themes

    inner join met_periods
        on themes.stated_local_date = met_periods.calendar_date

    group by
        themes.model_version,
        themes.theme,
        met_periods.period_type,
        met_periods.period_start

),

known_themes as (

    select
        model_version,
        theme

    from met_voc_themes

    group by model_version, theme

),

-- A theme that nobody names in a period has no share of it, not an unknown one.
counted as (

    select
        bases.*,
        known_themes.theme,
        coalesce(mentions.count_statements, 0) as count_statements,
        coalesce(mentions.count_read, 0) as count_read,
        coalesce(mentions.count_positive, 0) as count_positive,
        coalesce(mentions.count_negative, 0) as count_negative,
        {%- for score in scores %}
            coalesce(mentions.count_{{ score }}, 0) as count_{{ score }},
            coalesce(mentions.net_{{ score }}, 0) as net_{{ score }},
            coalesce(mentions.extreme_{{ score }}, 0) as extreme_{{ score }},
        {%- endfor %}
        coalesce(mentions.count_mixed, 0) as count_mixed

    from bases

    inner join known_themes
        on bases.model_version = known_themes.model_version

    left join mentions
        on known_themes.model_version = mentions.model_version
            and known_themes.theme = mentions.theme
            and bases.period_type = mentions.period_type
            and bases.period_start = mentions.period_start

),

scored as (

    select
        counted.*,
        {%- for score in scores %}
            {{ percentage('net_' ~ score, 'count_' ~ score) }} as {{ score }}_with,
            {{ percentage(
                '(net_all_' ~ score ~ ' - net_' ~ score ~ ')',
                '(count_all_' ~ score ~ ' - count_' ~ score ~ ')'
            ) }} as {{ score }}_without,
            100 * {{ share_impact(score) }} as {{ score }}_impact,
            100 * {{ share_impact_error(score) }} as {{ score }}_impact_error,
        {%- endfor %}
        {{ normal_quantile() | trim }} as z

    from counted

),

final as (

    select
        theme,
        model_version,
        period_type,
        period_start,
        period_end,
        count_statements,
        count_all_statements,
        {%- for score in scores %}
            count_{{ score }},
            net_{{ score }},
            count_all_{{ score }},
            net_all_{{ score }},
            {{ score }}_with,
            {{ score }}_without,
            round({{ score }}_impact, 6) as {{ score }}_impact,
            case when {{ score }}_impact is not null
                    then round({{ score }}_impact_error, 6)
            end as {{ score }}_impact_error,
            case when {{ score }}_impact is not null
                    then round(greatest(
                            -100.0, {{ score }}_impact - z * {{ score }}_impact_error
                        ), 6)
            end as {{ score }}_impact_low,
            case when {{ score }}_impact is not null
                    then round(least(
                            100.0, {{ score }}_impact + z * {{ score }}_impact_error
                        ), 6)
            end as {{ score }}_impact_high,
        {%- endfor %}
        count_read,
        count_positive,
        count_negative,
        count_mixed

    from scored

)

select * from final
