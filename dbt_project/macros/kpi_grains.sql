{#
The shapes in which a family hands its parts to the KPI layer; what is made of them is the
same for all. A cell says `cast(null as …)` for grains that it does not have, and a cell
without a key is in no row of that grain.
#}

{#
Every grain of cells but the whole company; the seed kpi_grains says what each is. Themes
and programmes have values by period only.
#}
{% macro kpi_grain_names() %}
    {{ return([
        'market', 'segment', 'touchpoint', 'channel', 'survey', 'question', 'queue',
        'agent', 'team', 'product', 'reason', 'purpose', 'template', 'location',
        'owner', 'acquisition_source', 'stage', 'feature', 'stakeholder', 'competitor',
        'task',
    ]) }}
{% endmacro %}

{# The names of the key columns of a cell, in order; of `cells`, where a table is named. #}
{% macro kpi_grain_columns(cells=none) -%}
    {%- set names = [] -%}
    {%- for name in kpi_grain_names() -%}
        {%- do names.append((cells ~ '.' if cells else '') ~ name ~ '_key') -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{# The key columns of a cell, `<grain>_key`, in order: an expression for each grain named. #}
{% macro kpi_grain_keys() -%}
    {%- for name in kwargs if name not in kpi_grain_names() -%}
        {{ exceptions.raise_compiler_error('kpi_grain_keys: no grain ' ~ name) }}
    {%- endfor -%}
    {%- for name in kpi_grain_names() -%}
        {{ kwargs.get(name, 'cast(null as varchar)') }} as {{ name }}_key
        {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The grain key of a row that was joined to kpi_grains. #}
{% macro kpi_grain_key(cells) -%}
    case kpi_grains.grain_name
        when 'company' then 'company'
        {%- for name in kpi_grain_names() %}
        when '{{ name }}' then {{ cells }}.{{ name }}_key
        {%- endfor %}
    end
{%- endmacro %}

{#
Columns of `met_<family>_cells`: additive parts of a KPI statistic on a local day. Squares
and products over the units that are counted: of numerators, of denominators, of both.
#}
{% macro kpi_cell_columns() -%}
    {{ return(
        ['local_date', 'kpi_id', 'definition_version', 'statistic'] + kpi_grain_columns() + [
            'numerator', 'denominator', 'n', 'sum_of_squares',
            'sum_denominator_squares', 'sum_cross_products',
        ]
    ) }}
{%- endmacro %}

{# Columns of `met_<family>_durations`: equal values of one day and cell, counted. #}
{% macro kpi_duration_columns() -%}
    kpi_id, definition_version, local_date,
    {{ kpi_grain_columns() | join(', ') }},
    milliseconds, count_values
{%- endmacro %}

{# Columns of `met_<family>_values`: what days do not add up to, by period. #}
{% macro kpi_value_columns() -%}
    {{ kpi_key() }}, numerator, denominator, n, n_with_immature,
    sum_of_squares, sum_denominator_squares, sum_cross_products,
    value, standard_error, ci_low, ci_high
{%- endmacro %}

{# The families that were named, under each other. #}
{% macro union_of(relations, columns) -%}
    {%- for relation in relations %}
    select {{ columns }}
    from {{ relation }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
