{# As ingestion joins the columns of a composite key. #}
{% macro key_part(column) -%}
    replace(replace({{ column }}, '%', '%25'), '|', '%7C')
{%- endmacro %}
