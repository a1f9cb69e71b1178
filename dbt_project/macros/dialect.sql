{# What DuckDB and Spark spell differently. #}

{# Wall-clock time in a zone, of a naive UTC timestamp. #}
{% macro to_local(instant, zone) -%}
    {{ return(adapter.dispatch('to_local')(instant, zone)) }}
{%- endmacro %}

{% macro duckdb__to_local(instant, zone) -%}
    (({{ instant }} at time zone 'UTC') at time zone {{ zone }})
{%- endmacro %}

{% macro spark__to_local(instant, zone) -%}
    from_utc_timestamp({{ instant }}, {{ zone }})
{%- endmacro %}

{# A wall-clock time of a zone, as naive UTC; one that the zone skips lies after the gap. #}
{% macro to_utc(local_time, zone) -%}
    {{ return(adapter.dispatch('to_utc')(local_time, zone)) }}
{%- endmacro %}

{% macro duckdb__to_utc(local_time, zone) -%}
    (({{ local_time }} at time zone {{ zone }}) at time zone 'UTC')
{%- endmacro %}

{% macro spark__to_utc(local_time, zone) -%}
    to_utc_timestamp({{ local_time }}, {{ zone }})
{%- endmacro %}

{# All columns, the last ones computed anew; Spark can only leave out and append. #}
{% macro star_replacing(columns) -%}
    {{ return(adapter.dispatch('star_replacing')(columns)) }}
{%- endmacro %}

{% macro duckdb__star_replacing(columns) -%}
    * replace (
        {%- for name, expression in columns.items() %}
            {{ expression }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
        )
{%- endmacro %}

{% macro spark__star_replacing(columns) -%}
    * except ({{ columns | join(', ') }})
        {%- for name, expression in columns.items() %},
        {{ expression }} as {{ name }}
        {%- endfor %}
{%- endmacro %}

{# Text values of a group in one string, in an order. #}
{% macro ordered_agg(value, order_by) -%}
    {{ return(adapter.dispatch('ordered_agg')(value, order_by)) }}
{%- endmacro %}

{% macro duckdb__ordered_agg(value, order_by) -%}
    string_agg({{ value }}, ',' order by {{ order_by }})
{%- endmacro %}

{% macro spark__ordered_agg(value, order_by) -%}
    listagg({{ value }}, ',') within group (order by {{ order_by }})
{%- endmacro %}

{# Whether a regular expression occurs in a text. #}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    regexp_like({{ text }}, '{{ pattern }}')
{%- endmacro %}

{# A text with every match of a regular expression replaced. #}
{% macro replace_pattern(text, pattern, by) -%}
    {{ return(adapter.dispatch('replace_pattern')(text, pattern, by)) }}
{%- endmacro %}

{% macro duckdb__replace_pattern(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g')
{%- endmacro %}

{% macro spark__replace_pattern(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}')
{%- endmacro %}

{# A text in composed characters; Spark has no such function: the letters of fa and ru. #}
{% macro composed_text(text) -%}
    {{ return(adapter.dispatch('composed_text')(text)) }}
{%- endmacro %}

{% macro duckdb__composed_text(text) -%}
    nfc_normalize({{ text }})
{%- endmacro %}

{% macro spark__composed_text(text) -%}
    {%- set composed = namespace(text=text) -%}
    {%- for pair, letter in {
        '\u0627\u0653': 'آ', '\u0627\u0654': 'أ', '\u0627\u0655': 'إ', '\u0648\u0654': 'ؤ',
        '\u064a\u0654': 'ئ', '\u0438\u0306': 'й', '\u0418\u0306': 'Й', '\u0435\u0308': 'ё',
        '\u0415\u0308': 'Ё'
    }.items() -%}
        {%- set composed.text = (
            'replace(' ~ composed.text ~ ", '" ~ pair ~ "', '" ~ letter ~ "')"
        ) -%}
    {%- endfor -%}
    {{ composed.text }}
{%- endmacro %}

{# A fingerprint of a text in little room, where many are told apart. #}
{% macro fingerprint(text) -%}
    {{ return(adapter.dispatch('fingerprint')(text)) }}
{%- endmacro %}

{% macro duckdb__fingerprint(text) -%}
    md5_number({{ text }})
{%- endmacro %}

{% macro spark__fingerprint(text) -%}
    md5({{ text }})
{%- endmacro %}

{# Ends the query with a sentence. #}
{% macro refusal(text) -%}
    {{ return(adapter.dispatch('refusal')(text)) }}
{%- endmacro %}

{% macro duckdb__refusal(text) -%}
    error({{ text }})
{%- endmacro %}

{% macro spark__refusal(text) -%}
    cast(raise_error({{ text }}) as string)
{%- endmacro %}
