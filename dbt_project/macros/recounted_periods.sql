{#
How values of whole periods grow. A model of what changed says by content, not by time, which
periods of which KPI have to be made anew: whatever the cause, what their parts add up to, or
that a part became mature, differs from the last build. Models of values ask it.
#}

{#
Number that tells rows apart by a list of columns, of which `texts` are the texts; its sums tell
sets of rows apart.
#}
{% macro row_fingerprint(columns, texts) -%}
    {{ return(adapter.dispatch('row_fingerprint')(columns, texts)) }}
{%- endmacro %}

{#
DuckDB multiplies the words of eight bytes of a text by one number after the other, so that
changes of the last bytes of two words can cancel out: an eighth of texts with two numbers do.
Four bytes further the same changes stand within their words, where they cannot.
#}
{% macro duckdb__row_fingerprint(columns, texts) -%}
    cast(hash({{ columns }}
    {%- for text in texts %}, '----' || {{ text }}{% endfor -%}
    ) as decimal(38, 0))
{%- endmacro %}

{% macro spark__row_fingerprint(columns, texts) -%}
    cast(xxhash64({{ columns }}) as decimal(38, 0))
{%- endmacro %}

{# Which columns of a relation are texts; of `names`, where some are named. #}
{% macro text_columns(relation, names=[]) -%}
    {%- set texts = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation)
        if column.is_string() and (not names or column.name in names) -%}
        {%- do texts.append(column.name) -%}
    {%- endfor -%}
    {{ return(texts) }}
{%- endmacro %}

{#
Closing CTEs of a model of what changed: `rows` have one fingerprint per KPI and period. A
period that emptied keeps a row without one. The model imports the CTE `dim_run`.
#}
{% macro changed_periods(rows) -%}
held as (

    select
        kpi_id,
        period_type,
        period_start,
        fingerprint

    from {{ this if is_incremental() else rows }}
    {%- if not is_incremental() %}
    where false
    {%- endif %}

),

final as (

    select
        coalesce({{ rows }}.kpi_id, held.kpi_id) as kpi_id,
        coalesce({{ rows }}.period_type, held.period_type) as period_type,
        coalesce({{ rows }}.period_start, held.period_start) as period_start,
        {{ rows }}.fingerprint,
        cast({{ dbt.datediff(
            "cast('1970-01-01' as timestamp)", 'dim_run.frozen_at', 'microsecond'
        ) }} as bigint) as change_seq

    from {{ rows }}

    full outer join held
        on {{ same_kpi_period(rows, 'held') }}

    cross join dim_run

    where {{ rows }}.fingerprint is distinct from held.fingerprint

)
{%- endmacro %}

{#
Configuration of a model whose rows of a changed period are all made anew; `changes` name the
models that say which changed.
#}
{% macro grows_by_period() -%}
    {%- set marks = [] -%}
    {%- for changes in varargs -%}
        {%- do marks.append(
            "{{ set_mark_from(ref('" ~ changes ~ "'), 'change_seq') }}"
        ) -%}
    {%- endfor -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ forget_changed_periods('" ~ varargs | join("', '") ~ "') }}",
        post_hook=marks,
    ) }}
{%- endmacro %}

{# Query of the periods that such a model makes anew: all of them on a full build. #}
{% macro periods_to_make() -%}
    {%- for changes in varargs %}
    {{- 'union' if not loop.first }}
    select
        kpi_id,
        period_type,
        period_start

    from {{ ref(changes) }}

    where change_seq > {{ mark(changes) }}
    {% endfor -%}
{%- endmacro %}

{# Pre-hook of such a model: its rows of those periods go as the new ones come. #}
{% macro forget_changed_periods() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }}
        where exists (
            select changes.kpi_id
            from ({{ periods_to_make(*varargs) }}) as changes
            where {{ same_kpi_period('changes', this) }}
        )
    {%- endif -%}
{%- endmacro %}

{# Whether the window of a KPI has elapsed for a day: then it counts. #}
{% macro is_day_mature(day, maturity_days) -%}
    (
        {{ maturity_days }} = 0
        or cast({{ day }} + interval 1 day * {{ maturity_days }} as date)
        <= dim_run.as_of
    )
{%- endmacro %}
