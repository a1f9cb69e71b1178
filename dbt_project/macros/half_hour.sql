{# Start of the half hour of a wall-clock time. #}
{% macro half_hour(local_time) -%}
    cast(
            date_trunc('hour', {{ local_time }})
            + interval 30 minute
            * cast(floor(extract(minute from {{ local_time }}) / 30.0) as integer)
            as timestamp
        )
{%- endmacro %}
