{#
How cells of days grow: a model whose rows of a day are made of its inputs' rows of that day
makes those of a day anew where what it reads of that day is no longer the same, whatever the
cause. It reads through `rows_of_changed_days`, so what is compared is what is read.
`inputs` names the columns read of each input, the day first, or the list of its days; of a table
in `tables`, which has no days, a change of the columns named, or of any where none is, asks for
all days.
#}

{# Configuration of such a model; `day` is its own column of the day. #}
{% macro grows_by_day(day, inputs, tables={}) -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook=[
            '{{ find_changed_days(' ~ inputs | tojson ~ ', ' ~ tables | tojson ~ ') }}',
            '{{ forget_changed_days("' ~ day ~ '") }}',
        ],
    ) }}
{%- endmacro %}

{# The rows of an input that such a model reads: all of them on a full build. #}
{% macro rows_of_changed_days(input, inputs) -%}
    {%- set first = inputs[input] | first -%}
    {%- set days = [first] if first is string else first -%}
    select
        {{ (days + inputs[input][1:]) | join(',\n        ') }}

    from {{ ref(input) }}

    where
        {% for day in days -%}
            {{ 'or ' if not loop.first }}{{ is_changed_day(day) }}
        {% endfor -%}
{%- endmacro %}

{#
Whether such a model makes a day anew, which on a full build it does with every day. What is
made of a row with several days is asked once more for its own.
#}
{% macro is_changed_day(day) -%}
    {{ day }} {% if is_incremental() %}in ({{ changed_days() }}){% else %}is not null{% endif %}
{%- endmacro %}

{# The days that the present model makes anew; `find_changed_days` has found them. #}
{% macro changed_days() -%}
    select days.local_date from meta.meta_model_days as days
    where days.model = '{{ this.identifier }}' and days.is_changed
{%- endmacro %}

{% macro create_model_days() %}
    {% do run_query(
        'create table if not exists meta.meta_model_days ('
        ~ 'model varchar, local_date date, fingerprint decimal(38, 0), '
        ~ 'is_changed boolean, primary key (model, local_date))'
    ) %}
{% endmacro %}

{# Pre-hook: keeps what is read of each day, in the transaction that writes the rows of it. #}
{% macro find_changed_days(inputs, tables) -%}
    {%- if execute -%}
        insert or replace into meta.meta_model_days
        select
            '{{ this.identifier }}',
            coalesce(coming.local_date, held.local_date),
            coming.fingerprint,
            coming.fingerprint is distinct from held.fingerprint
        from ({{ fingerprints_of_days(inputs, tables) }}) as coming
        full join (
            select local_date, fingerprint
            from meta.meta_model_days
            where model = '{{ this.identifier }}' and {{ is_incremental() }}
        ) as held on coming.local_date = held.local_date
    {%- endif -%}
{%- endmacro %}

{% macro fingerprints_of_days(inputs, tables) -%}
    select local_date, cast(sum(fingerprint) as decimal(38, 0)) as fingerprint
    from (
        {%- for input in inputs %}
        {%- set first = inputs[input] | first %}
        {%- set days = [first] if first is string else first %}
        {%- set columns = days + inputs[input][1:] %}
        {%- set texts = text_columns(ref(input), columns) %}
        {%- set is_last = loop.last %}
        {%- for day in days %}
        select
            {{ day }} as local_date,
            sum({{ row_fingerprint(
                "'" ~ input ~ "', '" ~ day ~ "', " ~ columns | join(', '), texts
            ) }})
            {%- for table, names in tables.items() %}
            + max((
                select coalesce(sum({{
                    row_fingerprint(
                        names | join(', ') or '*columns(*)', text_columns(ref(table), names)
                    )
                }}), 0)
                from {{ ref(table) }}
            ))
            {%- endfor %} as fingerprint
        from {{ ref(input) }}
        where {{ day }} is not null
        group by {{ day }}
        {{ 'union all' if not (is_last and loop.last) }}
        {%- endfor %}
        {%- endfor %}
    ) as read
    group by local_date
{%- endmacro %}

{# Pre-hook of such a model: its rows of those days go as the new ones come. #}
{% macro forget_changed_days(day) -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where {{ day }} in ({{ changed_days() }})
    {%- endif -%}
{%- endmacro %}
