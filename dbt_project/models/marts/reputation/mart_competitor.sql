-- Grain: one row per competitor and quarter in which a survey asked about both.
with

met_competitor_pairs as (

    select * from {{ ref('met_competitor_pairs') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type = 'quarter'

),

counted as (

    select
        pairs.competitor,
        met_periods.period_start,
        met_periods.period_end,
        count(pairs.own_class) as count_own_responses,
        count(pairs.rival_class) as count_rival_responses,
        cast(sum(pairs.own_class) as bigint) as own_net_promoters,
        cast(sum(pairs.rival_class) as bigint) as rival_net_promoters,
        count(*) filter (
            where pairs.own_score is not null and pairs.rival_score is not null
        ) as count_pairs,
        count(*) filter (where pairs.own_score > pairs.rival_score)
            as count_ranked_above,
        count(*) filter (where pairs.own_score = pairs.rival_score)
            as count_ranked_equal

    from met_competitor_pairs as pairs

    inner join met_periods
        on pairs.answered_local_date = met_periods.calendar_date

    group by pairs.competitor, met_periods.period_start, met_periods.period_end

),

final as (

    select
        competitor,
        period_start,
        period_end,
        count_own_responses,
        count_rival_responses,
        own_net_promoters,
        rival_net_promoters,
        {{ percentage('own_net_promoters', 'count_own_responses') }} as own_nps,
        {{ percentage('rival_net_promoters', 'count_rival_responses') }} as rival_nps,
        round(
            100 * (
                {{ ratio('own_net_promoters', 'count_own_responses') }}
                - {{ ratio('rival_net_promoters', 'count_rival_responses') }}
            ),
            6
        ) as relative_nps,
        count_pairs,
        count_ranked_above,
        count_ranked_equal,
        {{ percentage('count_ranked_above', 'count_pairs') }} as rank_share_pct,
        {{ percentage_bound('count_ranked_above', 'count_pairs', '-') }}
            as rank_share_pct_ci_low,
        {{ percentage_bound('count_ranked_above', 'count_pairs', '+') }}
            as rank_share_pct_ci_high,
        least(count_own_responses, count_rival_responses) < 30 as low_n

    from counted

)

select * from final
