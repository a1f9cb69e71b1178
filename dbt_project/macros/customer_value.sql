{# Formulas of customer value (kpis.md, K-CLV.S and K-RECON), on expressions. #}

{#
Value of a customer who brings `margin` a year and stays with `retention`, discounted by
`discount`; the first margin comes after a year. Null where the sum has no end.
#}
{% macro lifetime_value_end(margin, retention, discount) -%}
    ({{ margin }} * {{ lifetime_factor_end(retention, discount) }})
{%- endmacro %}

{# The same where the first margin comes at once. #}
{% macro lifetime_value_immediate(margin, retention, discount) -%}
    ({{ margin }} * {{ lifetime_factor_immediate(retention, discount) }})
{%- endmacro %}

{% macro lifetime_factor_end(retention, discount) -%}
    case
        when {{ retention }} <= 1 and {{ retention }} < 1 + {{ discount }}
            then cast({{ retention }} as double)
                / cast(1 + {{ discount }} - {{ retention }} as double)
    end
{%- endmacro %}

{% macro lifetime_factor_immediate(retention, discount) -%}
    case
        when {{ retention }} <= 1 and {{ retention }} < 1 + {{ discount }}
            then cast(1 + {{ discount }} as double)
                / cast(1 + {{ discount }} - {{ retention }} as double)
    end
{%- endmacro %}

{# Percent by which a better retention lifts the value; the margin cancels out. #}
{% macro lifetime_uplift(factor, retention, better_retention, discount) -%}
    round(
        100 * (
            {{ factor(better_retention, discount) }}
            / nullif({{ factor(retention, discount) }}, 0)
            - 1
        ),
        6
    )
{%- endmacro %}
