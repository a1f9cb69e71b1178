{#
The person whom a row names by its identity_key, and the version of that person in force at
an instant: `identities.customer_id`, `customers.segment` and the like; nulls where nobody is
known. The model imports the CTEs `identities` and `customers`, or `versions` by its name.
#}
{% macro join_person_at(rows, instant, versions='customers') -%}
    left join identities
        on {{ rows }}.identity_key = identities.identity_key
    left join {{ versions }}
        on identities.customer_id = {{ versions }}.customer_id
            and {{ instant }} >= {{ versions }}.valid_from
            and {{ instant }} < {{ versions }}.valid_to
{%- endmacro %}
