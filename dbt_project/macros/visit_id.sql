{# A session is a visit; without one, a visitor's day is. #}
{% macro visit_id() -%}
    coalesce(
        source_id || ':' || session_number,
        concat_ws('|', identity_key, occurred_local_date)
    )
{%- endmacro %}
