{#
Quantiles of values that are counted instead of repeated, and shares within a target. The
steps follow each other in a model: ranks of the values, ranks that are wanted, the values
there. What the formulas mean is in statistics.sql.
#}

{# Rank of the last of equal values, and the number of all, within a cell and period. #}
{% macro ranks_within(keys, type) -%}
    cast(sum(count_values) over (
        partition by {{ keys }}
        order by milliseconds
    ) as {{ type }}) as last_rank,
    cast(sum(count_values) over (
        partition by {{ keys }}
    ) as {{ type }}) as n
{%- endmacro %}

{# Ranks of a quantile, by linear interpolation, and of the bounds of its interval. #}
{% macro wanted_ranks(quantile, trials) -%}
    ({{ trials }} - 1) * {{ quantile }} + 1 as quantile_rank,
    {{ order_statistic_rank(quantile, trials, '-') }} as low_rank,
    {{ order_statistic_rank(quantile, trials, '+') }} as high_rank
{%- endmacro %}

{# The values at those ranks, and how many are within the target. #}
{% macro values_at_ranks() -%}
    min(milliseconds) filter (where last_rank >= floor(quantile_rank)) as floor_value,
    min(milliseconds) filter (where last_rank >= ceil(quantile_rank)) as ceil_value,
    min(milliseconds) filter (where last_rank >= low_rank) as low_value,
    min(milliseconds) filter (where last_rank >= high_rank) as high_value,
    coalesce(
        max(last_rank) filter (where milliseconds <= target_milliseconds), 0
    ) as count_attained
{%- endmacro %}

{# Numerator of a share within the target, quantile, and its bounds: the greatest has none. #}
{% macro attained_and_quantile(rows) -%}
    {%- set rank = rows ~ '.quantile_rank' -%}
    cast(
        case when {{ rows }}.quantile is null then {{ rows }}.count_attained end as bigint
    ) as numerator,
    (
        {{ rows }}.floor_value
        + ({{ rows }}.ceil_value - {{ rows }}.floor_value)
        * cast({{ rank }} - floor({{ rank }}) as double)
    ) / {{ rows }}.unit_scale as value
    {%- for bound in ['low', 'high'] %},
    case
        when {{ rows }}.quantile < 1
            then cast({{ rows }}.{{ bound }}_value as double) / {{ rows }}.unit_scale
    end as ci_{{ bound }}
    {%- endfor %}
{%- endmacro %}

{#
Joins the target in force on a day, `own_targets` of the cell's key or else
`general_targets` of every key of its grain. The model imports the CTE `targets`.
#}
{% macro join_targets_in_force(cells, day) -%}
    {%- for name, key in [
        ('own_targets', cells ~ '.grain_key = own_targets.grain_key'),
        ('general_targets', "general_targets.grain_key = '*'"),
    ] %}
    left join targets as {{ name }}
        on {{ cells }}.kpi_id = {{ name }}.kpi_id
            and {{ cells }}.grain_name = {{ name }}.grain_name
            and {{ key }}
            and {{ day }} >= {{ name }}.valid_from
            and {{ day }} < {{ name }}.valid_to
    {%- endfor %}
{%- endmacro %}

{# Targets of means, which every single value is held against, in periods. #}
{% macro targets_of_means() -%}
    select
        kpi_id,
        grain_name,
        grain_key,
        target,
        valid_from,
        lead(valid_from, 1, date '9999-12-31') over (
            partition by kpi_id, grain_name, grain_key
            order by valid_from
        ) as valid_to

    from kpi_targets

    where statistic = 'mean'
{%- endmacro %}
