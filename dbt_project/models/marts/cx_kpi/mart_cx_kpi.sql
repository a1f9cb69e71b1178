{{ config(materialized='view') }}
-- Grain: one row per KPI statistic, grain key and period: the value in force.
with

mart_cx_kpi_history as (

    select * from {{ ref('mart_cx_kpi_history') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

labels as (

    select * from {{ ref('labels') }}

),

dim_grain_keys as (

    select * from {{ ref('dim_grain_keys') }}

),

final as (

    select
        kpi_values.kpi_id,
        kpi_values.definition_version,
        kpi_values.statistic,
        kpi_values.grain_name,
        kpi_values.grain_key,
        kpi_values.period_type,
        kpi_values.period_start,
        kpi_values.period_end,
        kpi_values.revision,
        kpi_values.numerator,
        kpi_values.denominator,
        kpi_values.value,
        kpi_values.unit,
        kpi_values.n,
        kpi_values.standard_error,
        kpi_values.ci_low,
        kpi_values.ci_high,
        kpi_values.low_n,
        kpi_values.suppressed,
        kpi_values.mature_share,
        kpi_values.data_through,
        kpi_values.prior_value,
        kpi_values.delta,
        kpi_values.delta_significant,
        kpi_values.currency_code,
        kpi_values.target,
        kpi_values.status,
        kpi_values.is_closed,
        kpi_values.is_current,
        kpis.is_headline,
        kpis.direction,
        kpis.display_format,
        kpis.owner,
        kpis.name_en as kpi_name_en,
        kpis.name_fa as kpi_name_fa,
        kpis.name_ru as kpi_name_ru,
        grain_labels.name_en as grain_name_en,
        grain_labels.name_fa as grain_name_fa,
        grain_labels.name_ru as grain_name_ru,
        dim_grain_keys.name_en as grain_label_en,
        dim_grain_keys.name_fa as grain_label_fa,
        dim_grain_keys.name_ru as grain_label_ru,
        case
            when kpis.family = 'contact_center'
                then coalesce(kpi_grains.contact_center_drill_mart, kpis.drill_mart)
            else kpis.drill_mart
        end as drill_mart,
        concat(
            case
                when
                    kpis.family = 'contact_center'
                    and kpi_grains.contact_center_drill_mart is not null
                    then 'local_date'
                else concat(
                        replace(
                            replace(
                                replace(
                                    kpis.drill_condition,
                                    ':period_start',
                                    cast(kpi_values.period_start as varchar)
                                ),
                                ':period_type', kpi_values.period_type
                            ),
                            ':grain_name', kpi_values.grain_name
                        ),
                        ' and ', kpis.drill_date_column
                    )
            end,
            ' >= date ''', cast(kpi_values.period_start as varchar), ''' and ',
            case
                when
                    kpis.family = 'contact_center'
                    and kpi_grains.contact_center_drill_mart is not null
                    then 'local_date'
                else kpis.drill_date_column
            end,
            ' < date ''', cast(kpi_values.period_end as varchar), '''',
            case
                when kpi_grains.drill_column is not null
                    then concat(
                            ' and ', kpi_grains.drill_column, ' = ''',
                            replace(kpi_values.grain_key, '''', ''''''), ''''
                        )
                else ''
            end
        ) as drill_filter,
        kpi_values.computed_at,
        kpi_values.run_id

    from mart_cx_kpi_history as kpi_values

    inner join kpis
        on kpi_values.kpi_id = kpis.kpi_id
            and kpi_values.statistic = kpis.statistic
            and kpi_values.definition_version = kpis.definition_version

    inner join kpi_grains
        on kpi_values.grain_name = kpi_grains.grain_name

    left join labels as grain_labels
        on grain_labels.domain = 'grain'
            and kpi_values.grain_name = grain_labels.code

    left join dim_grain_keys
        on kpi_values.grain_name = dim_grain_keys.grain_name
            and kpi_values.grain_key = dim_grain_keys.grain_key

    where kpi_values.is_current

)

select * from final
