-- Grain: one row per KPI statistic, place and period type whose last ended period is
-- beyond its red line for sure: the whole interval is, or the period before was too.
with

mart_cx_kpi as (

    select * from {{ ref('mart_cx_kpi') }}

),

dim_kpi_targets as (

    select * from {{ ref('dim_kpi_targets') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Weeks tell soon, months tell surely; both of the company's own calendar.
ended as (

    select
        mart_cx_kpi.*,
        mart_cx_kpi.period_start = max(mart_cx_kpi.period_start) over (
            partition by
                mart_cx_kpi.kpi_id,
                mart_cx_kpi.statistic,
                mart_cx_kpi.grain_name,
                mart_cx_kpi.period_type
        ) as is_last

    from mart_cx_kpi

    cross join dim_run

    where
        mart_cx_kpi.period_end <= dim_run.as_of
        and mart_cx_kpi.period_end > dim_run.as_of - interval 100 day
        and mart_cx_kpi.period_type in (
            'week',
            case when dim_run.calendar = 'jalali' then 'jalali_month' else 'month' end
        )

),

beyond as (

    select *

    from ended

    where status = 'red' and not low_n and not coalesce(suppressed, false)

),

red_lines as (

    select
        beyond.kpi_id,
        beyond.statistic,
        beyond.grain_name,
        beyond.grain_key,
        beyond.period_type,
        beyond.period_start,
        targets.red_line

    from beyond

    inner join dim_kpi_targets as targets
        on beyond.kpi_id = targets.kpi_id
            and beyond.statistic = targets.statistic
            and beyond.grain_name = targets.grain_name
            and beyond.period_start >= targets.valid_from

    where beyond.is_last and targets.grain_key in ('*', beyond.grain_key)

    qualify row_number() over (
            partition by
                beyond.kpi_id,
                beyond.statistic,
                beyond.grain_name,
                beyond.grain_key,
                beyond.period_type
            order by targets.grain_key = '*', targets.valid_from desc
        ) = 1

),

judged as (

    select
        beyond.*,
        red_lines.red_line,
        case beyond.direction
            when 'higher_is_better' then beyond.ci_high < red_lines.red_line
            when 'lower_is_better' then beyond.ci_low > red_lines.red_line
            else
                beyond.ci_low > beyond.target + red_lines.red_line
                or beyond.ci_high < beyond.target - red_lines.red_line
        end as is_interval_beyond,
        before.period_start is not null as was_beyond_before,
        case beyond.direction
            when 'target_band'
                then abs(beyond.value - beyond.target) - red_lines.red_line
            else abs(beyond.value - red_lines.red_line)
        end as distance

    from beyond

    inner join red_lines
        on beyond.kpi_id = red_lines.kpi_id
            and beyond.statistic = red_lines.statistic
            and beyond.grain_name = red_lines.grain_name
            and beyond.grain_key = red_lines.grain_key
            and beyond.period_type = red_lines.period_type
            and beyond.period_start = red_lines.period_start

    left join beyond as before
        on beyond.kpi_id = before.kpi_id
            and beyond.statistic = before.statistic
            and beyond.grain_name = before.grain_name
            and beyond.grain_key = before.grain_key
            and beyond.period_type = before.period_type
            and beyond.period_start = before.period_end

),

places as (

    select *

    from ended

    where
        is_last
        and grain_name in ('market', 'segment', 'queue', 'team')
        and value is not null
        and not low_n
        and not coalesce(suppressed, false)
        and direction <> 'target_band'

    qualify row_number() over (
            partition by kpi_id, statistic, period_type
            order by
                case when direction = 'lower_is_better' then -value else value end,
                grain_name,
                grain_key
        ) = 1

),

final as (

    select
        concat_ws(
            '|',
            judged.kpi_id,
            judged.statistic,
            judged.grain_name,
            judged.grain_key,
            judged.period_type,
            cast(judged.period_start as varchar)
        ) as alert_id,
        judged.kpi_id,
        judged.statistic,
        judged.kpi_name_en,
        judged.kpi_name_fa,
        judged.kpi_name_ru,
        judged.grain_name,
        judged.grain_key,
        judged.grain_label_en,
        judged.grain_label_fa,
        judged.grain_label_ru,
        judged.period_type,
        judged.period_start,
        judged.period_end,
        judged.value,
        judged.ci_low,
        judged.ci_high,
        judged.n,
        judged.unit,
        judged.display_format,
        judged.target,
        judged.red_line,
        case when judged.is_interval_beyond then 'interval' else 'two_periods' end
            as cause,
        judged.distance,
        places.grain_name as worst_grain_name,
        places.grain_key as worst_grain_key,
        places.grain_label_en as worst_label_en,
        places.grain_label_fa as worst_label_fa,
        places.grain_label_ru as worst_label_ru,
        places.value as worst_value,
        judged.owner,
        judged.drill_mart,
        judged.drill_filter,
        row_number() over (
            order by
                judged.grain_name <> 'company',
                judged.is_interval_beyond is not true,
                -judged.distance / nullif(judged.standard_error, 0) nulls last,
                judged.kpi_id,
                judged.statistic,
                judged.grain_name,
                judged.grain_key,
                judged.period_type
        ) as urgency

    from judged

    left join places
        on judged.kpi_id = places.kpi_id
            and judged.statistic = places.statistic
            and judged.period_type = places.period_type
            and judged.period_start = places.period_start
            and judged.grain_name = 'company'

    where judged.is_interval_beyond or judged.was_beyond_before

)

select * from final
