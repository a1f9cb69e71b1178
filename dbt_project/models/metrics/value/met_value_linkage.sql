-- Grain: one row per grain key, year of answering and kind of money: how revenue after
-- the answer goes with the score. An association, no cause.
with

met_value_linked_answers as (

    select * from {{ ref('met_value_linked_answers') }}

),

t_quantiles as (

    select * from {{ ref('t_quantiles') }}

),

amounts as (

    select
        year_start_date,
        segment,
        is_elapsed,
        nps_score,
        'nominal' as money_kind,
        {{ hundredths('revenue_after_amount') }} as hundredths_after

    from met_value_linked_answers

    union all

    select
        year_start_date,
        segment,
        is_elapsed,
        nps_score,
        'real' as money_kind,
        {{ hundredths('revenue_after_real_amount') }} as hundredths_after

    from met_value_linked_answers

),

keyed as (

    select
        'company' as grain_name,
        'company' as grain_key,
        amounts.*
    from amounts

    union all

    select
        'segment' as grain_name,
        segment as grain_key,
        amounts.*
    from amounts

),

-- Twice the mean rank, so that ties stay whole numbers.
ranked as (

    select
        *,
        2 * rank() over (
            partition by grain_name, grain_key, year_start_date, money_kind
            order by nps_score
        ) + count(*) over (
            partition by
                grain_name, grain_key, year_start_date, money_kind, nps_score
        ) - 1 as score_rank,
        2 * rank() over (
            partition by grain_name, grain_key, year_start_date, money_kind
            order by hundredths_after
        ) + count(*) over (
            partition by
                grain_name, grain_key, year_start_date, money_kind, hundredths_after
        ) - 1 as revenue_rank

    from keyed

    where is_elapsed

),

summed as (

    select
        grain_name,
        grain_key,
        year_start_date,
        money_kind,
        count(*) as count_answers,
        count(*) filter (where nps_score >= 9) as count_promoters,
        count(*) filter (where nps_score in (7, 8)) as count_passives,
        count(*) filter (where nps_score <= 6) as count_detractors,
        cast(sum(hundredths_after) filter (where nps_score >= 9) as bigint)
            as promoter_hundredths,
        cast(sum(hundredths_after) filter (where nps_score in (7, 8)) as bigint)
            as passive_hundredths,
        cast(sum(hundredths_after) filter (where nps_score <= 6) as bigint)
            as detractor_hundredths,
        cast(sum(nps_score) as decimal(38, 0)) as sum_x,
        cast(sum(nps_score * nps_score) as decimal(38, 0)) as sum_xx,
        cast(sum(hundredths_after) as decimal(38, 0)) as sum_y,
        cast(sum(
            cast(hundredths_after as decimal(19, 0))
            * cast(hundredths_after as decimal(19, 0))
        ) as decimal(38, 0)) as sum_yy,
        cast(
            sum(nps_score * cast(hundredths_after as decimal(19, 0)))
            as decimal(38, 0)
        ) as sum_xy,
        cast(sum(score_rank) as decimal(38, 0)) as sum_u,
        cast(sum(score_rank * score_rank) as decimal(38, 0)) as sum_uu,
        cast(sum(revenue_rank) as decimal(38, 0)) as sum_v,
        cast(sum(revenue_rank * revenue_rank) as decimal(38, 0)) as sum_vv,
        cast(sum(score_rank * revenue_rank) as decimal(38, 0)) as sum_uv

    from ranked

    group by grain_name, grain_key, year_start_date, money_kind

),

-- n times each sum of squares about the mean; whole numbers until here.
spread as (

    select
        *,
        cast(count_answers * sum_xx - sum_x * sum_x as double) as spread_x,
        cast(count_answers * sum_yy - sum_y * sum_y as double) as spread_y,
        cast(count_answers * sum_xy - sum_x * sum_y as double) as spread_xy,
        cast(count_answers * sum_uu - sum_u * sum_u as double) as spread_u,
        cast(count_answers * sum_vv - sum_v * sum_v as double) as spread_v,
        cast(count_answers * sum_uv - sum_u * sum_v as double) as spread_uv

    from summed

),

-- The error of a slope by the spread that the line leaves.
fitted as (

    select
        *,
        spread_xy / nullif(spread_x, 0) / 100 as slope,
        round(spread_xy / nullif(sqrt(spread_x * spread_y), 0), 6) as pearson,
        round(spread_uv / nullif(sqrt(spread_u * spread_v), 0), 6) as spearman,
        sqrt(
            greatest(0.0, spread_y - spread_xy * spread_xy / nullif(spread_x, 0))
            / nullif((count_answers - 2) * spread_x, 0)
        ) / 100 as slope_error

    from spread

),

answered as (

    select
        grain_name,
        grain_key,
        year_start_date,
        money_kind,
        count(*) as count_with_immature

    from keyed

    group by grain_name, grain_key, year_start_date, money_kind

),

final as (

    select
        fitted.grain_name,
        fitted.grain_key,
        fitted.year_start_date,
        fitted.money_kind,
        fitted.count_answers,
        answered.count_with_immature,
        fitted.count_promoters,
        fitted.count_passives,
        fitted.count_detractors,
        fitted.promoter_hundredths,
        fitted.passive_hundredths,
        fitted.detractor_hundredths,
        {{ ratio('fitted.promoter_hundredths', 'fitted.count_promoters') }} / 100
            as promoter_mean,
        {{ ratio('fitted.passive_hundredths', 'fitted.count_passives') }} / 100
            as passive_mean,
        {{ ratio('fitted.detractor_hundredths', 'fitted.count_detractors') }} / 100
            as detractor_mean,
        round(fitted.slope, 6) as slope,
        round(fitted.slope_error, 6) as slope_error,
        round(fitted.slope - fitted.slope_error * coalesce(
            t_quantiles.t_quantile,
            {{ t_quantile_beyond_seed('(fitted.count_answers - 2)') }}
        ), 6) as slope_ci_low,
        round(fitted.slope + fitted.slope_error * coalesce(
            t_quantiles.t_quantile,
            {{ t_quantile_beyond_seed('(fitted.count_answers - 2)') }}
        ), 6) as slope_ci_high,
        fitted.pearson,
        fitted.spearman

    from fitted

    inner join answered
        on fitted.grain_name = answered.grain_name
            and fitted.grain_key = answered.grain_key
            and fitted.year_start_date = answered.year_start_date
            and fitted.money_kind = answered.money_kind

    left join t_quantiles
        on t_quantiles.degrees_of_freedom = fitted.count_answers - 2

)

select * from final
