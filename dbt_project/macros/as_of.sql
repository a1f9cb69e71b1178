{#
Whether a day is over when the run looks at it. Not a plain comparison: DuckDB takes a join
by one for a few thousand of a million rows, and builds what follows the wrong way round.
The model imports the CTE `run`.
#}
{% macro is_before_as_of(day) -%}
    coalesce({{ day }} < run.as_of, false)
{%- endmacro %}
