{{ config(materialized='view') }}
-- Grain: one row per KPI and ended period: the company against its target.
with

mart_cx_kpi as (

    select * from {{ ref('mart_cx_kpi') }}
    where is_headline and grain_name = 'company'

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- Weeks and days are for those who act; a board looks at months and longer.
ended as (

    select mart_cx_kpi.*

    from mart_cx_kpi

    cross join dim_run

    where
        mart_cx_kpi.period_end <= dim_run.as_of
        and mart_cx_kpi.period_type in ('month', 'jalali_month', 'quarter', 'year')

),

final as (

    select
        kpi_id,
        kpi_name_en,
        kpi_name_fa,
        kpi_name_ru,
        owner,
        period_type,
        period_start,
        period_end,
        value,
        ci_low,
        ci_high,
        n,
        unit,
        currency_code,
        display_format,
        target,
        status,
        prior_value,
        delta,
        case
            when delta_significant is null then 'unknown'
            when not delta_significant or delta = 0 then 'unchanged'
            when direction = 'target_band' then 'moved'
            when (delta > 0) = (direction = 'higher_is_better') then 'better'
            else 'worse'
        end as trend,
        period_start = max(period_start) over (partition by kpi_id, period_type)
            as is_latest

    from ended

)

select * from final
