-- Grain: one row per stage, touchpoint and month of the company calendar.
with

met_journey_map_cells as (

    select * from {{ ref('met_journey_map_cells') }}
    where stage_code is not null

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

months as (

    select
        met_periods.calendar_date,
        met_periods.period_start,
        met_periods.period_end

    from met_periods

    inner join dim_run
        on met_periods.period_type
            = case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end

),

cells as (

    select
        map_cells.stage_code,
        map_cells.touchpoint,
        months.period_start,
        months.period_end,
        cast(sum(map_cells.count_touches) as bigint) as count_touches,
        cast(sum(map_cells.count_judged_touches) as bigint) as count_judged_touches,
        cast(sum(map_cells.count_drop_offs) as bigint) as count_drop_offs,
        cast(sum(map_cells.count_csat_answers) as bigint) as count_csat_answers,
        cast(sum(map_cells.count_csat_satisfied) as bigint) as count_csat_satisfied,
        cast(sum(map_cells.sum_csat) as decimal(18, 2)) as sum_csat,
        cast(sum(map_cells.count_ces_answers) as bigint) as count_ces_answers,
        cast(sum(map_cells.sum_ces) as decimal(18, 2)) as sum_ces

    from met_journey_map_cells as map_cells

    inner join months
        on map_cells.local_date = months.calendar_date

    group by
        map_cells.stage_code,
        map_cells.touchpoint,
        months.period_start,
        months.period_end

),

small as (

    select
        *,
        count_touches < {{ var('journey_map_minimum_cell') }} as is_small

    from cells

),

-- A single hidden cell of a stage could be had by subtraction: the next smallest joins.
hidden as (

    select
        *,
        is_small
        or (
            count(*) filter (where is_small) over (
                partition by stage_code, period_start
            ) = 1
            and row_number() over (
                partition by stage_code, period_start, is_small
                order by count_touches, touchpoint
            ) = 1
        ) as suppressed

    from small

),

shown as (

    select
        *,
        suppressed or count_csat_answers < {{ var('journey_map_minimum_cell') }}
            as is_csat_hidden,
        suppressed or count_ces_answers < {{ var('journey_map_minimum_cell') }}
            as is_ces_hidden,
        suppressed or count_judged_touches < {{ var('journey_map_minimum_cell') }}
            as is_drop_off_hidden

    from hidden

),

final as (

    select
        stage_code,
        concat('customer:', stage_code) as stage,
        touchpoint,
        period_start as month_start_date,
        period_end as month_end_date,
        suppressed,
        case when not suppressed then count_touches end as count_touches,
        case when not is_csat_hidden then count_csat_answers end as count_csat_answers,
        case when not is_csat_hidden then count_csat_satisfied end
            as count_csat_satisfied,
        case
            when not is_csat_hidden
                then {{ percentage('count_csat_satisfied', 'count_csat_answers') }}
        end as csat_pct,
        case
            when not is_csat_hidden
                then {{ percentage_bound(
                    'count_csat_satisfied', 'count_csat_answers', '-'
                ) }}
        end as csat_pct_ci_low,
        case
            when not is_csat_hidden
                then {{ percentage_bound(
                    'count_csat_satisfied', 'count_csat_answers', '+'
                ) }}
        end as csat_pct_ci_high,
        case
            when not is_csat_hidden
                then round({{ ratio('sum_csat', 'count_csat_answers') }}, 6)
        end as mean_csat,
        case when not is_ces_hidden then count_ces_answers end as count_ces_answers,
        case
            when not is_ces_hidden
                then round({{ ratio('sum_ces', 'count_ces_answers') }}, 6)
        end as mean_ces,
        case when not suppressed then count_touches < 30 end as low_n,
        case when not is_drop_off_hidden then count_judged_touches end
            as count_judged_touches,
        case when not is_drop_off_hidden then count_drop_offs end as count_drop_offs,
        case
            when not is_drop_off_hidden
                then {{ percentage('count_drop_offs', 'count_judged_touches') }}
        end as drop_off_pct,
        case
            when not is_drop_off_hidden
                then {{ percentage_bound(
                    'count_drop_offs', 'count_judged_touches', '-'
                ) }}
        end as drop_off_pct_ci_low,
        case
            when not is_drop_off_hidden
                then {{ percentage_bound(
                    'count_drop_offs', 'count_judged_touches', '+'
                ) }}
        end as drop_off_pct_ci_high

    from shown

)

select * from final
