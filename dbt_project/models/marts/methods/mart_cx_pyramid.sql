-- Grain: one row per touchpoint, segment, market and month of the company calendar.
with

met_method_responses as (

    select * from {{ ref('met_method_responses') }}
    where method = 'pyramid' and count_roles = 3

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

counted as (

    select
        responses.touchpoint,
        responses.segment,
        responses.market,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        count(*) as count_responses,
        count(*) filter (where responses.first_score >= 4) as count_needs_met,
        count(*) filter (
            where responses.first_score >= 4 and responses.second_score >= 4
        ) as count_easy,
        count(*) filter (
            where responses.first_score >= 4
            and responses.second_score >= 4
            and responses.third_score >= 4
        ) as count_enjoyable,
        count(*) filter (where responses.first_score >= 4)
        - count(*) filter (where responses.first_score <= 2) as net_needs_met,
        count(*) filter (where responses.second_score >= 4)
        - count(*) filter (where responses.second_score <= 2) as net_easy,
        count(*) filter (where responses.third_score >= 4)
        - count(*) filter (where responses.third_score <= 2) as net_enjoyable

    from met_method_responses as responses

    cross join dim_run

    inner join met_periods
        on responses.answered_local_date = met_periods.calendar_date
            and met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

    group by
        responses.touchpoint,
        responses.segment,
        responses.market,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end

),

final as (

    select
        touchpoint,
        segment,
        market,
        period_type,
        period_start,
        period_end,
        count_responses,
        count_needs_met,
        count_easy,
        count_enjoyable,
        net_needs_met,
        net_easy,
        net_enjoyable,
        {{ percentage('count_needs_met', 'count_responses') }} as needs_met_pct,
        {{ percentage('count_easy', 'count_responses') }} as easy_pct,
        {{ percentage('count_enjoyable', 'count_responses') }} as enjoyable_pct,
        {{ percentage_bound('count_enjoyable', 'count_responses', '-') }}
            as enjoyable_pct_ci_low,
        {{ percentage_bound('count_enjoyable', 'count_responses', '+') }}
            as enjoyable_pct_ci_high,
        {{ percentage('net_needs_met', 'count_responses') }} as needs_met_index,
        {{ percentage('net_easy', 'count_responses') }} as easy_index,
        {{ percentage('net_enjoyable', 'count_responses') }} as enjoyable_index,
        {{ percentage(
            '(net_needs_met + net_easy + net_enjoyable)', '(3 * count_responses)'
        ) }} as companion_index,
        count_responses < 30 as low_n

    from counted

)

select * from final
