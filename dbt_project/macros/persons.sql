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

{#
Closing CTEs of a model that keeps facts with their persons: of rows that stand there only
because their person changed, those which that makes others. A person who is another today
was the same when most of the facts happened. `news` names the keys of all other rows.
#}
{% macro only_what_differs(rows, key, news) -%}
final as (

    select * from {{ rows }}
    {%- if is_incremental() %}
    where
        {{ key }} in (select {{ news }}.{{ key }} from {{ news }})
        or {{ key }} in (
            select others.{{ key }}
            from (
                select {{ kept_columns() }} from {{ rows }}
                except
                select {{ kept_columns() }} from {{ this }}
            ) as others
        )
    {%- endif %}

)
{%- endmacro %}

{# The columns of the present model, which is built already, but the run that wrote a row. #}
{% macro kept_columns() -%}
    {%- for column in adapter.get_columns_in_relation(this)
        if column.name != 'change_seq' -%}
        {{ column.name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
