{#
How a model grows that keeps rows of persons: the rows of those of whom a fact changed since
its last build are made anew. Held rows for which `or_remade` holds are made anew every night.
Most rows of a person are as they were, and a table from which many rows go is written whole by
DuckDB now and then: so only those are written that differ. Rows must differ from each other.
#}
{% macro grows_by_person(or_remade='false') -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='rows_that_differ',
        incremental_predicates=[or_remade],
        on_schema_change='fail',
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

{# Strategy of such a model: what dbt runs once the rows made anew stand in a table. #}
{% macro get_incremental_rows_that_differ_sql(arguments) -%}
    {%- set held, coming = arguments['target_relation'], arguments['temp_relation'] -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set content = row_fingerprint(kept_columns(), text_columns(held)) -%}
    create or replace temp table rows_held as
    select rowid as place, {{ content }} as content
    from {{ held }}
    where coalesce(
        customer_id in (
            select customer_id
            from {{ ref('fct_recounted_persons') }}
            where change_seq > {{ mark('fct_recounted_persons') }}
        ),
        false
    ) or {{ arguments['incremental_predicates'] | join(' or ') }};

    delete from {{ held }}
    where rowid in (
        select rows_held.place
        from rows_held
        where rows_held.content not in (select {{ content }} from {{ coming }})
    );

    insert into {{ held }} ({{ columns }})
    select {{ columns }}
    from {{ coming }}
    where {{ content }} not in (select rows_held.content from rows_held);

    drop table rows_held
{%- endmacro %}
