{# Every row whose parts do not add up to its total, with both sums. #}
{% test assert_counts_add_up(model, parts, total) %}

with

failures as (

    select
        *,
        {{ parts | join(' + ') }} as sum_of_parts

    from {{ model }}
    where {{ parts | join(' + ') }} is distinct from {{ total }}

)

select * from failures

{% endtest %}
