{# Number of the case that a rule makes of a record: short enough for a call, the same in
   every run, and unlike the numbers that other systems give. #}
{% macro case_number(rule, record) -%}
    'CX-' || upper(substring(md5({{ rule }} || '|' || {{ record }}), 1, 12))
{%- endmacro %}
