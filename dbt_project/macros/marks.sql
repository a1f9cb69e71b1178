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

{#
How a model grows that keeps rows of persons: the rows of those of whom a fact changed since
its last build are made anew. Held rows for which `or_forgotten` holds go every night.
#}
{% macro grows_by_person(unique_key='customer_id', or_forgotten='false') -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=unique_key,
        on_schema_change='fail',
        pre_hook='{{ forget_affected_persons("' ~ or_forgotten ~ '") }}',
        post_hook="{{ set_mark_from(ref('fct_recounted_persons'), 'change_seq') }}",
    ) }}
{%- endmacro %}

{#
CTE of the persons whose rows a growing model makes anew: those of whom a fact changed since
its last build.
#}
{% macro affected_persons() -%}
affected_persons as (

    select customer_id
    from {{ ref('fct_recounted_persons') }}
    where change_seq > {{ mark('fct_recounted_persons') }}

)
{%- endmacro %}

{#
Whether a row is of such a person; on a full build every row is. Not a plain `in`: that lets
DuckDB hash the facts, which it takes for few, instead of the persons.
#}
{% macro is_of_affected_person() -%}
    {%- if is_incremental() -%}
        coalesce(
            customer_id in (
                select affected_persons.customer_id from affected_persons
            ),
            false
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#
Pre-hook of such a model: whoever has no rows any more leaves none, so the rows of persons
of whom a fact changed go in the transaction that writes their new ones, and those for which
`or_forgotten` holds.
#}
{% macro forget_affected_persons(or_forgotten='false') -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }}
        where coalesce(
            customer_id in (
                select customer_id
                from {{ ref('fct_recounted_persons') }}
                where change_seq > {{ mark('fct_recounted_persons') }}
            ),
            false
        ) or {{ or_forgotten }}
    {%- endif -%}
{%- endmacro %}
