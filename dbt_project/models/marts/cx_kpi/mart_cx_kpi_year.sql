{{ config(materialized='view') }}
-- Grain: one row per KPI statistic, grain key and year.
with

mart_cx_kpi as (

    select * from {{ ref('mart_cx_kpi') }}

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        grain_name,
        grain_key,
        period_type,
        period_start,
        period_end,
        revision,
        numerator,
        denominator,
        value,
        unit,
        n,
        standard_error,
        ci_low,
        ci_high,
        low_n,
        suppressed,
        mature_share,
        data_through,
        prior_value,
        delta,
        delta_significant,
        currency_code,
        target,
        status,
        is_closed,
        is_current,
        is_headline,
        direction,
        display_format,
        owner,
        kpi_name_en,
        kpi_name_fa,
        kpi_name_ru,
        grain_name_en,
        grain_name_fa,
        grain_name_ru,
        grain_label_en,
        grain_label_fa,
        grain_label_ru,
        drill_mart,
        drill_filter,
        computed_at,
        run_id

    from mart_cx_kpi

    where period_type = 'year'

)

select * from final
