{% set inputs = {
    'met_voc_statements': [
        'stated_local_date', 'market', 'segment', 'touchpoint', 'channel', 'sentiment',
        'polarity', 'has_positive_emotion', 'has_negative_emotion', 'has_two_words',
    ],
} -%}
{{ grows_by_day('local_date', inputs, {'kpis': []}) }}
-- Grain: one row per KPI statistic, cell and local day of the statement.
with

met_voc_statements as (

    {{ rows_of_changed_days('met_voc_statements', inputs) }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'voice'

),

observations as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        statements.stated_local_date,
        statements.market,
        statements.segment,
        statements.touchpoint,
        statements.channel,
        -- Neutral and mixed are zero, not missing: they stay in the base.
        case concat_ws(' ', kpis.kpi_id, kpis.statistic)
            when 'K-SENT value'
                then
                    case statements.sentiment
                        when 'positive' then 1
                        when 'negative' then -1
                        when 'neutral' then 0
                        when 'mixed' then 0
                    end
            when 'K-SENT mean' then cast(10000 * statements.polarity as bigint)
            when 'K-SENT mixed'
                then
                    case
                        when statements.sentiment is not null
                            then cast(statements.sentiment = 'mixed' as integer)
                    end
            when 'K-SENT enriched'
                then cast(statements.sentiment is not null as integer)
            when 'K-EMO value'
                then
                    100 * (
                        cast(statements.has_positive_emotion as integer)
                        - cast(statements.has_negative_emotion as integer)
                    )
        end as numerator

    from met_voc_statements as statements

    cross join kpis

    -- One word is no statement.
    where statements.has_two_words

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        stated_local_date as local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', touchpoint='touchpoint',
            channel='channel'
        ) }},
        cast(sum(numerator) as bigint) as numerator,
        count(*) as denominator,
        count(*) as n,
        cast(sum(cast(numerator as decimal(38, 0)) * numerator) as decimal(38, 0))
            as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from observations

    where numerator is not null

    group by
        kpi_id,
        definition_version,
        statistic,
        stated_local_date,
        market,
        segment,
        touchpoint,
        channel

)

select * from final
