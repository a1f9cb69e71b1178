-- Grain: one row per survey, quarter of sending and attribute: do groups answer alike?
with

met_bias_groups as (

    select * from {{ ref('met_bias_groups') }}

),

totals as (

    select
        *,
        cast(sum(count_delivered) over (
            partition by survey_id, period_start, attribute
        ) as bigint) as all_delivered,
        cast(sum(count_completed) over (
            partition by survey_id, period_start, attribute
        ) as bigint) as all_completed

    from met_bias_groups

),

expected as (

    select
        *,
        {{ ratio('all_completed', 'all_delivered') }} as common_rate,
        {{ percentage('count_completed', 'count_delivered') }} as own_response_pct

    from totals

),

-- Observed against expected answers; both outcomes of a group in one term.
deviations as (

    select
        *,
        cast(round(
            power(count_completed - count_delivered * common_rate, 2)
            / nullif(count_delivered * common_rate * (1 - common_rate), 0),
            9
        ) as decimal(38, 9)) as deviation,
        case when count_delivered >= 30 then own_response_pct end as response_pct

    from expected

),

tested as (

    select
        survey_id,
        period_start,
        attribute,
        cast(sum(count_delivered) as bigint) as count_delivered,
        count(*) - 1 as degrees_of_freedom,
        cast(sum(deviation) as double) as chi_square,
        case
            when count(response_pct) >= 2 then max(response_pct) - min(response_pct)
        end as response_gap

    from deviations

    group by survey_id, period_start, attribute

),

-- Wilson and Hilferty: the cube root of chi-square is nearly normal.
standardized as (

    select
        *,
        (
            power(chi_square / nullif(degrees_of_freedom, 0), 1.0 / 3)
            - (1 - 2.0 / (9 * nullif(degrees_of_freedom, 0)))
        ) / sqrt(2.0 / (9 * nullif(degrees_of_freedom, 0))) as deviate

    from tested

),

-- Abramowitz and Stegun 26.2.17: the upper tail of the normal, to 1e-7.
tails as (

    select
        *,
        1 / (1 + 0.2316419 * abs(deviate)) as tail_step,
        exp(-deviate * deviate / 2) / sqrt(2 * pi()) as density

    from standardized

),

upper_tails as (

    select
        *,
        density
        * (
            0.319381530 * tail_step
            - 0.356563782 * power(tail_step, 2)
            + 1.781477937 * power(tail_step, 3)
            - 1.821255978 * power(tail_step, 4)
            + 1.330274429 * power(tail_step, 5)
        ) as tail

    from tails

),

final as (

    select
        survey_id,
        period_start,
        attribute,
        count_delivered,
        degrees_of_freedom,
        round(chi_square, 6) as chi_square,
        round(
            case
                when deviate is null then null
                when chi_square = 0 then 1
                when deviate >= 0 then tail
                else 1 - tail
            end,
            6
        ) as p_value,
        round(response_gap, 6) as response_gap

    from upper_tails

)

select * from final
