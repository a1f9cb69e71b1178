{#
Stops the build with a sentence that names the code, the seed that it stands in and the
table that does not know it. An asterisk stands for all codes, an empty cell for none.
The refusal reads both sides of the join, so that no optimizer asks it too early.
#}
{% test has_known_codes(model, column_name, to, field, among='true') %}

with

known as (

    select {{ field }} as code

    from {{ to }}

    where {{ among }}

    group by {{ field }}

),

named as (

    select {{ column_name }} as code

    from {{ model }}

    where {{ column_name }} <> '*'

    group by {{ column_name }}

),

refused as (

    select named.code

    from named

    left join known
        on named.code = known.code

    where case
            when known.code is null
                then {{ refusal(
                    "concat('" ~ model.identifier ~ " names the " ~ column_name
                    ~ " ', named.code, ', which " ~ to.identifier
                    ~ " does not have: correct it, or add it there.')"
                ) }}
            else known.code
        end is null

)

select * from refused

{% endtest %}
