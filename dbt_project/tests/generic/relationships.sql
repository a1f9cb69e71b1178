{# As dbt's own, with one row per value: the keys of millions of facts do not fit in memory. #}
{% test relationships(model, column_name, to, field) %}

with

child_values as (

    select {{ column_name }} as child_value

    from {{ model }}

    where {{ column_name }} is not null

    group by {{ column_name }}

),

parent_values as (

    select {{ field }} as parent_value

    from {{ to }}

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
