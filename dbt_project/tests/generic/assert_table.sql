{#
One scan for a table's key, nulls, accepted values and ranges. A failing row names the
column and the rule, and says how many rows break it. Key columns may not be null. Where only
new rows are tested, their keys are looked for among all.
#}
{% test assert_table(model, key, not_null=[], accepted_values={}, ranges={}) %}

{%- set text = "concat_ws('|', " ~ key | join(', ') ~ ')' %}
{%- set one_key = key[0] if key | length == 1 else text %}
{%- set count_repeated = 'count(*) - count(distinct ' ~ fingerprint(text) ~ ')' %}
{%- set is_of_some = tests_some_rows() %}

with

tested_rows as (

    {{ tested_rows(model) }}

),
{%- if is_of_some %}

repeated as (

    select {{ count_repeated }} as count_repeated

    from {{ model }}

    -- Not a plain `in`: that lets DuckDB hash all keys instead of the new ones.
    where coalesce({{ one_key }} in (select {{ one_key }} from tested_rows), false)

),
{%- endif %}

counted as (

    select
        {% if is_of_some -%}
        (select count_repeated from repeated)
        {%- else -%}
        {{ count_repeated }}
        {%- endif %} as {{ key | join('__') }}__is_repeated
        {%- for column in key + not_null %}
        , count(*) filter (where {{ column }} is null) as {{ column }}__is_null
        {%- endfor %}
        {%- for column, values in accepted_values.items() %}
        , count(*) filter (
            where {{ column }} not in ('{{ values | join("', '") }}')
        ) as {{ column }}__is_unexpected
        {%- endfor %}
        {%- for column, bounds in ranges.items() %}
        , count(*) filter (
            where
            {%- if bounds[0] is not none %} {{ column }} < {{ bounds[0] }}{% endif %}
            {%- if bounds[0] is not none and bounds[1] is not none %} or{% endif %}
            {%- if bounds[1] is not none %} {{ column }} > {{ bounds[1] }}{% endif %}
        ) as {{ column }}__is_out_of_range
        {%- endfor %}

    from tested_rows

),

failures as (

    select
        rule,
        count_failures

    from counted
    unpivot (
        count_failures for rule in (
            {{ key | join('__') }}__is_repeated
            {%- for column in key + not_null %}
            , {{ column }}__is_null
            {%- endfor %}
            {%- for column in accepted_values %}
            , {{ column }}__is_unexpected
            {%- endfor %}
            {%- for column in ranges %}
            , {{ column }}__is_out_of_range
            {%- endfor %}
        )
    )
    where count_failures > 0

)

select * from failures

{% endtest %}
