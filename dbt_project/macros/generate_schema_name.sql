{# The published file holds every table in one schema. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if target.name == 'published' -%}
        {{ target.schema }}
    {%- else -%}
        {{ custom_schema_name or target.schema }}
    {%- endif -%}
{%- endmacro %}
