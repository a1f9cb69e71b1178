-- Grain: one row per period and pair of evaluators, or all of them: Cohen's kappa.
with

met_agents_evaluations as (

    select * from {{ ref('met_agents_evaluations') }}
    where score is not null and evaluator_agent_id is not null and not is_internal

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type in ('month', 'jalali_month', 'quarter', 'year')

),

ratings as (

    select
        source_id,
        interaction_number,
        evaluator_agent_id,
        evaluated_local_date,
        cast(not is_low as integer) as is_passed

    from met_agents_evaluations
    -- Who rates a contact again means the last rating; of one day, the greater key.
    qualify row_number() over (
            partition by source_id, interaction_number, evaluator_agent_id
            order by evaluated_local_date desc, evaluation_id desc
        ) = 1

),

pairs as (

    select
        first_ratings.evaluator_agent_id as first_evaluator_agent_id,
        second_ratings.evaluator_agent_id as second_evaluator_agent_id,
        greatest(
            first_ratings.evaluated_local_date, second_ratings.evaluated_local_date
        ) as rated_local_date,
        first_ratings.is_passed as is_first_passed,
        second_ratings.is_passed as is_second_passed

    from ratings as first_ratings

    inner join ratings as second_ratings
        on first_ratings.source_id = second_ratings.source_id
            and first_ratings.interaction_number = second_ratings.interaction_number
            and first_ratings.evaluator_agent_id < second_ratings.evaluator_agent_id

),

counted_by_pair as (

    select
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        pairs.first_evaluator_agent_id,
        pairs.second_evaluator_agent_id,
        count(*) as count_pairs,
        count(*) filter (where pairs.is_first_passed = pairs.is_second_passed)
            as count_agreed,
        sum(pairs.is_first_passed) as count_first_passed,
        sum(pairs.is_second_passed) as count_second_passed

    from pairs

    inner join met_periods
        on pairs.rated_local_date = met_periods.calendar_date

    group by
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        pairs.first_evaluator_agent_id,
        pairs.second_evaluator_agent_id

),

counted as (

    select
        period_type,
        period_start,
        period_end,
        first_evaluator_agent_id,
        second_evaluator_agent_id,
        cast(count_pairs as bigint) as count_pairs,
        cast(count_agreed as bigint) as count_agreed,
        cast(count_first_passed as bigint) as count_first_passed,
        cast(count_second_passed as bigint) as count_second_passed

    from counted_by_pair

    union all

    select
        period_type,
        period_start,
        period_end,
        cast(null as varchar) as first_evaluator_agent_id,
        cast(null as varchar) as second_evaluator_agent_id,
        cast(sum(count_pairs) as bigint) as count_pairs,
        cast(sum(count_agreed) as bigint) as count_agreed,
        cast(sum(count_first_passed) as bigint) as count_first_passed,
        cast(sum(count_second_passed) as bigint) as count_second_passed

    from counted_by_pair

    group by period_type, period_start, period_end

),

agreements as (

    select
        *,
        {{ ratio('count_agreed', 'count_pairs') }} as observed_share,
        (
            cast(count_first_passed as double) * count_second_passed
            + cast(count_pairs - count_first_passed as double)
            * (count_pairs - count_second_passed)
        ) / nullif(cast(count_pairs as double) * count_pairs, 0) as chance_share,
        -- All passed or all failed by both: nothing to agree about.
        count_first_passed + count_second_passed in (0, 2 * count_pairs)
            as is_without_spread

    from counted

),

estimated as (

    select
        *,
        case
            when not is_without_spread
                then (observed_share - chance_share) / nullif(1 - chance_share, 0)
        end as kappa,
        -- Where all agree, or none, the error is not nothing: it is not known.
        case
            when not is_without_spread and count_agreed between 1 and count_pairs - 1
                then sqrt(observed_share * (1 - observed_share) / count_pairs)
                    / nullif(1 - chance_share, 0)
        end as standard_error

    from agreements

),

bounded as (

    select
        *,
        kappa - {{ normal_quantile() | trim }} * standard_error as lower_bound,
        kappa + {{ normal_quantile() | trim }} * standard_error as upper_bound

    from estimated

),

final as (

    select
        period_type,
        period_start,
        period_end,
        first_evaluator_agent_id,
        second_evaluator_agent_id,
        count_pairs,
        count_agreed,
        count_first_passed,
        count_second_passed,
        round(observed_share, 6) as observed_share,
        round(chance_share, 6) as chance_share,
        round(kappa, 6) as kappa,
        round(standard_error, 6) as standard_error,
        case when lower_bound < -1 then -1 else round(lower_bound, 6) end as ci_low,
        case when upper_bound > 1 then 1 else round(upper_bound, 6) end as ci_high

    from bounded

)

select * from final
