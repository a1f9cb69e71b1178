{# How far a model has read an input: one mark per model and input. #}

{% macro create_marks() %}
    {% do run_query('create schema if not exists meta') %}
    {% do run_query(
        'create table if not exists meta.meta_model_marks ('
        ~ 'model varchar, raw_table varchar, load_seq bigint, '
        ~ 'primary key (model, raw_table))'
    ) %}
{% endmacro %}

{% macro mark(input) -%}
    {%- if execute and is_incremental() -%}
        {{ read_mark(this.identifier, input) }}
    {%- else -%}
        0
    {%- endif -%}
{%- endmacro %}

{% macro read_mark(model, input) -%}
    {%- set found = run_query(
        "select load_seq from meta.meta_model_marks where model = '" ~ model
        ~ "' and raw_table = '" ~ input ~ "'"
    ) -%}
    {{ return(found.columns[0].values()[0] if found | length else 0) }}
{%- endmacro %}

{# Whether this model has not read a row yet, which says its `input` and `change_seq`. #}
{% macro is_after_mark(inputs) -%}
    change_seq > case input
        {%- for input in inputs %}
        when '{{ input }}' then {{ mark(input) }}
        {%- endfor %}
    end
{%- endmacro %}

{# A held load is unseen: the mark stays below it, and what follows is read again. #}
{% macro set_mark(raw_table) -%}
    insert or replace into meta.meta_model_marks
    select '{{ this.identifier }}', stream, seen_load_seq
    from raw.meta_streams
    where stream = '{{ raw_table }}'
{%- endmacro %}

{% macro set_mark_from(relation, column) -%}
    insert or replace into meta.meta_model_marks
    select
        '{{ this.identifier }}',
        '{{ relation.identifier }}',
        coalesce(max({{ column }}), 0)
    from {{ relation }}
{%- endmacro %}

{#
Whether a day came to be before `as_of` since the model's last build: its rows were read and
not yet counted. A run of an earlier day counts them no longer. The model imports the CTE `run`.
#}
{% macro is_day_since_mark(day) -%}
    {%- set mark = mark('stg_meta__run') -%}
    {{ dbt.datediff("cast('1970-01-01' as date)", day, 'day') }}
    between least({{ mark }}, run.as_of_day) and greatest({{ mark }}, run.as_of_day) - 1
{%- endmacro %}
