{#
Which rows a test looks at. A model that says in its meta which run wrote each row is tested
in what was written since the test last passed, and one that says `weekly` not at all; all
rows are tested where nothing is known of the test, after a full refresh, and when it last
passed on all of them `whole_test_days` ago.
#}

{% macro create_test_marks() %}
    {% do run_query(
        'create table if not exists meta.meta_test_marks ('
        ~ 'test varchar primary key, change_seq bigint, as_of date, whole_as_of date)'
    ) %}
    {% if flags.FULL_REFRESH %}
        {% do run_query('delete from meta.meta_test_marks') %}
    {% endif %}
{% endmacro %}

{# The run in which the present test last passed; none when all rows are to be tested. #}
{% macro test_mark() -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- set found = run_query(
            'select marks.change_seq, marks.as_of from meta.meta_test_marks as marks '
            ~ 'cross join raw.meta_run as run '
            ~ "where marks.test = '" ~ this.identifier ~ "' and " ~ is_recent_whole_test()
        ) -%}
        {{ return(found.rows[0] if found.rows | length else none) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{% macro is_recent_whole_test() -%}
    {%- set days = dbt.datediff('marks.whole_as_of', 'run.as_of', 'day') -%}
    {{ days }} between 0 and {{ var('whole_test_days') }} - 1
{%- endmacro %}

{# What the model that the present test is about says of its rows; none when nothing. #}
{% macro said_of_tested_rows() -%}
    {%- set node = graph.nodes.get(model.attached_node) if execute -%}
    {{ return(node.config.meta.get('tested_rows') if node else none) }}
{%- endmacro %}

{# Whether the present test looks at some rows only. #}
{% macro tests_some_rows() -%}
    {{ return(said_of_tested_rows() is not none and test_mark() is not none) }}
{%- endmacro %}

{# The rows of a model that the present test looks at, as a query. #}
{% macro tested_rows(relation) -%}
    select * from {{ relation }}
    {%- if tests_some_rows() %}
    {%- set said, mark = said_of_tested_rows(), test_mark() %}
    {%- if said == 'weekly' %}
    where false
    {%- else %}
    where {{ said['written_by'] }} > {{ mark[0] }}
    {%- if 'day' in said %}
    -- Days that were not complete then, and so not in the table.
    union all
    select * from {{ relation }}
    where
        {{ said['written_by'] }} <= {{ mark[0] }}
        and {{ said['day'] }} >= cast('{{ mark[1] }}' as date)
    {%- endif %}
    {%- endif %}
    {%- endif %}
{%- endmacro %}

{# Whether the present test looks at all rows: what is dear is asked for only then. #}
{% macro tests_all_rows() -%}
    {{ 'true' if test_mark() is none else 'false' }}
{%- endmacro %}

{# First day that the present test looks at. #}
{% macro first_tested_day() -%}
    {%- set mark = test_mark() -%}
    {%- if mark is none -%}
    cast('0001-01-01' as date)
    {%- else -%}
    cast('{{ mark[1] }}' as date) - {{ var('whole_test_days') }}
    {%- endif -%}
{%- endmacro %}

{# On run end: the tests that passed have seen all that was written up to this run. #}
{% macro set_test_marks(results) -%}
    {%- set passed = [] -%}
    {%- for result in results
        if result.node.resource_type == 'test' and result.status == 'pass' -%}
        {%- do passed.append("('" ~ result.node.alias ~ "')") -%}
    {%- endfor -%}
    {%- if passed -%}
    insert or replace into meta.meta_test_marks
    select
        passed.test,
        run.change_seq,
        run.as_of,
        case
            when {{ is_recent_whole_test() }} then marks.whole_as_of
            else run.as_of
        end as whole_as_of
    from (values {{ passed | join(', ') }}) as passed (test)
    cross join raw.meta_run as run
    left join meta.meta_test_marks as marks
        on passed.test = marks.test
    {%- endif -%}
{%- endmacro %}
