{# The frozen inputs of a run, as views that the sources name. DuckDB only. #}

{% macro create_raw_views() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test') %}
        {% do run_query('create schema if not exists raw') %}
        {% do create_marks() %}
        {% do create_model_days() %}
        {% do create_test_marks() %}
        {% do create_meta_views() %}
        {% set frozen = frozen_streams() %}
        {% for source in graph.sources.values()
            if source.source_name == 'raw' and not source.name.startswith('meta_') %}
            {% set stream = frozen.get(source.name, {}) %}
            {% do run_query(raw_view_sql(source, stream)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro frozen_json(columns) -%}
    read_json('{{ env_var('CX_FROZEN_INPUTS') }}', columns = {{ columns }})
{%- endmacro %}

{% macro frozen_streams() %}
    {% set rows = run_query(
        "select stream.stream as name, to_json(stream) as content from (select "
        ~ "unnest(streams) as stream from " ~ frozen_json(
            "{streams: 'STRUCT(stream VARCHAR, files VARCHAR[], held_loads BIGINT[])[]'}"
        ) ~ ")"
    ) %}
    {% set streams = {} %}
    {% for row in rows %}
        {% do streams.update({row['name']: fromjson(row['content'])}) %}
    {% endfor %}
    {{ return(streams) }}
{% endmacro %}

{# Every declared column exists even where no file has it yet: the empty branch adds it. #}
{% macro raw_view_sql(source, stream) %}
    {% set files = stream.get('files') or [] %}
    {% set held = stream.get('held_loads') or [] %}
    create or replace view raw.{{ source.name }} as
    select
        {% for column in source.columns.values() -%}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from (
        select
            {% for column in source.columns.values() -%}
            cast(null as {{ column.data_type }}) as {{ column.name }}
            {{- ',' if not loop.last }}
            {% endfor %}
        where false
        {% if files -%}
        union all by name
        select * from read_parquet(
            [{% for file in files %}'{{ file | replace("'", "''") }}'{{ ',' if not loop.last }}{% endfor %}],
            union_by_name = true
        )
        {%- endif %}
    )
    {% if held -%}
    where _load_seq not in ({{ held | join(', ') }})
    {%- endif %}
{% endmacro %}

{#
What the frozen inputs say of the run. It is kept in tables: a file has no number of rows that
DuckDB would know, and it sorts a fact to compare its days with the one day of the run.
#}
{% macro create_meta_views() %}
    {% do keep_frozen(
        'meta_run',
        "select run_id, cast(as_of as date) as as_of, "
        ~ "date_diff('day', date '1970-01-01', cast(as_of as date)) as as_of_day, "
        ~ "cast(cast(frozen_at as timestamptz) as timestamp) as frozen_at, "
        ~ "cast(cast(until as timestamptz) as timestamp) as until_at, "
        ~ "epoch_us(cast(frozen_at as timestamptz)) as change_seq, company.key as company_key, "
        ~ "company.time_zone as time_zone, company.week_start as week_start, "
        ~ "company.calendar as calendar, company.currency as currency_code, "
        ~ "company.language as language, company.is_demo as is_demo, "
        ~ "company.country as country_code, "
        ~ "coalesce(company.fiscal_year.calendar, 'gregorian') as fiscal_calendar, "
        ~ "coalesce(company.fiscal_year.month, 1) as fiscal_month, "
        ~ "coalesce(company.fiscal_year.day, 1) as fiscal_day, "
        ~ "coalesce(company.fiscal_year.named_after, 'first_day') as fiscal_named_after from "
        ~ frozen_json(
            "{run_id: 'VARCHAR', as_of: 'VARCHAR', frozen_at: 'VARCHAR', until: 'VARCHAR', company: 'STRUCT("
            ~ "key VARCHAR, time_zone VARCHAR, week_start VARCHAR, calendar VARCHAR, "
            ~ "currency VARCHAR, language VARCHAR, is_demo BOOLEAN, country VARCHAR, "
            ~ "fiscal_year STRUCT(calendar VARCHAR, month INTEGER, day INTEGER, "
            ~ "named_after VARCHAR))'}"
        )
    ) %}
    {% do keep_frozen(
        'meta_sources',
        "select source.id as source_id, source.connector as connector, source.status as status, "
        ~ "cast(cast(source.data_through as timestamptz) as timestamp) as data_through, "
        ~ "source.message as message from (select unnest(sources) as source from "
        ~ frozen_json(
            "{sources: 'STRUCT(id VARCHAR, connector VARCHAR, status VARCHAR, "
            ~ "data_through VARCHAR, message VARCHAR)[]'}"
        ) ~ ")"
    ) %}
    {% do keep_frozen(
        'meta_streams',
        "select stream.stream as stream, stream.status as status, "
        ~ "least(stream.load_seq, coalesce(list_min(stream.held_loads) - 1, stream.load_seq)) "
        ~ "as seen_load_seq, "
        ~ "cast(cast(stream.data_through as timestamptz) as timestamp) as data_through "
        ~ "from (select unnest(streams) as stream from "
        ~ frozen_json(
            "{streams: 'STRUCT(stream VARCHAR, status VARCHAR, load_seq BIGINT, "
            ~ "held_loads BIGINT[], data_through VARCHAR)[]'}"
        ) ~ ")"
    ) %}
{% endmacro %}

{% macro keep_frozen(name, query) %}
    {% do run_query('create or replace table meta.' ~ name ~ ' as ' ~ query) %}
    {% do run_query('create or replace view raw.' ~ name ~ ' as from meta.' ~ name) %}
{% endmacro %}
