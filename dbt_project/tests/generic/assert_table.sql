{#
One scan for a table's key, nulls, accepted values and ranges. A failing row names the
column and the rule, and says how many rows break it. Key columns may not be null.
#}
{% test assert_table(model, key, not_null=[], accepted_values={}, ranges={}) %}

with

counted as (

    select
        count(*) - count(distinct {{ fingerprint(
            "concat_ws('|', " ~ key | join(', ') ~ ')'
        ) }}) as {{ key | join('__') }}__is_repeated
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

    from {{ model }}

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
