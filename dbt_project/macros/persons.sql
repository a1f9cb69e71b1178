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
                where {{ key }} in (select {{ rows }}.{{ key }} from {{ rows }})
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

{#
CTEs that end in `placed_stays`: how many persons stayed from `entered_on` until `left_on`
(exclusive) in a market and segment, of rows of stays that name the `customer_id`. The version
of a day is the one in force when it begins; days without one are those of all stays, less
those that are placed. `keys` are further columns of the stays. The model imports the CTE
`dim_customers`.
#}
{% macro placed_stays(stays, keys=[]) -%}
versioned_stays as (

    select
        {%- for key in keys %}
        {{ stays }}.{{ key }},
        {%- endfor %}
        coalesce(dim_customers.market, 'unknown') as market,
        coalesce(dim_customers.segment, 'unknown') as segment,
        greatest(
            {{ stays }}.entered_on, {{ first_day_from('dim_customers.valid_from') }}
        ) as entered_on,
        least(
            {{ stays }}.left_on, {{ first_day_from('dim_customers.valid_to') }}
        ) as left_on

    from {{ stays }}

    inner join dim_customers
        on {{ stays }}.customer_id = dim_customers.customer_id
            and cast({{ stays }}.left_on as timestamp) > dim_customers.valid_from
            and cast({{ stays }}.entered_on as timestamp) < dim_customers.valid_to

),

counted_stays as (
    {%- set days = keys + ['entered_on', 'left_on'] %}

    select
        {{ days | join(', ') }},
        market,
        segment,
        1 as count_customers

    from versioned_stays

    union all

    select
        {{ days | join(', ') }},
        'unknown' as market,
        'unknown' as segment,
        -1 as count_customers

    from versioned_stays

    union all

    select
        {{ days | join(', ') }},
        'unknown' as market,
        'unknown' as segment,
        1 as count_customers

    from {{ stays }}

),

placed_stays as (

    select
        {{ days | join(', ') }},
        market,
        segment,
        cast(sum(count_customers) as bigint) as count_customers

    from counted_stays

    where entered_on < left_on

    group by {{ days | join(', ') }}, market, segment

    having sum(count_customers) <> 0

)
{%- endmacro %}

{# The first day that begins at an instant or after it. #}
{% macro first_day_from(instant) -%}
    cast({{ instant }} + interval '1 day' - interval '1 microsecond' as date)
{%- endmacro %}
