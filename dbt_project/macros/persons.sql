{#
The person whom a row names by its identity_key, and the version of that person in force at
an instant: `identities.customer_id`, `customers.segment` and the like; nulls where nobody is
known. The model imports the CTEs `identities` and `customers`.
#}
{% macro join_person_at(rows, instant) -%}
    left join identities
        on {{ rows }}.identity_key = identities.identity_key
    left join customers
        on identities.customer_id = customers.customer_id
            and {{ instant }} >= customers.valid_from
            and {{ instant }} < customers.valid_to
{%- endmacro %}
