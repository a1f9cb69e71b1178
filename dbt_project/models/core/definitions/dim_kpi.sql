-- Grain: one row per KPI, definition version and statistic.
with

kpis as (

    select * from {{ ref('kpis') }}

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        is_headline,
        family,
        kind,
        metric,
        horizon,
        scale_minimum,
        scale_maximum,
        success_minimum,
        success_maximum,
        failure_minimum,
        failure_maximum,
        threshold_milliseconds,
        short_abandon_milliseconds,
        cap_milliseconds,
        maturity_days,
        minimum_cell,
        unit,
        unit_scale,
        direction,
        display_format,
        grains,
        period_types,
        owner,
        drill_mart,
        name_en,
        name_fa,
        name_ru,
        question,
        question_fa,
        question_ru

    from kpis

)

select * from final
