{#
As dbt's own, with one row per value: the keys of millions of facts do not fit in memory.
Where only new rows are tested, only their values are looked for.
#}
{% test relationships(model, column_name, to, field) %}

with

tested_rows as (

    {{ tested_rows(model) }}

),

child_values as (

    select {{ column_name }} as child_value

    from tested_rows

    where {{ column_name }} is not null

    group by {{ column_name }}

),

parent_values as (

    select {{ field }} as parent_value

    from {{ to }}
    {%- if tests_some_rows() %}

    where {{ field }} in (select child_value from child_values)
    {%- endif %}

),

orphans as (

    select child_values.child_value

    from child_values

    left join parent_values
        on child_values.child_value = parent_values.parent_value

    where parent_values.parent_value is null

)

select * from orphans

{% endtest %}
