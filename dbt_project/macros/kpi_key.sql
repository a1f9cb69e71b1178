{# What names one value of the KPI layer: column names, in order. #}
{% macro kpi_key_columns() %}
    {{ return([
        'kpi_id', 'definition_version', 'statistic', 'grain_name', 'grain_key',
        'period_type', 'period_start',
    ]) }}
{% endmacro %}

{# The key as a select or group-by list, of one relation when it is named. #}
{% macro kpi_key(relation=none) -%}
    {%- for column in kpi_key_columns() -%}
        {{ relation ~ '.' if relation }}{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The condition that two relations speak of the same value. #}
{% macro same_kpi_value(left, right) -%}
    {%- for column in kpi_key_columns() -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The condition that two relations speak of the same period of a KPI. #}
{% macro same_kpi_period(left, right) -%}
    {%- for column in ['kpi_id', 'period_type', 'period_start'] -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
