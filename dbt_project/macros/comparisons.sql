{# Formulas that compare two groups; they take expressions, or names of columns. #}

{#
By how much a net share in -1..1 would rise if those with a theme scored like the others:
their share times the difference. It reads `count_`, `net_` and `extreme_<score>` of those
with the theme, and `count_all_` and so on of all; null without scores on either side.
#}
{% macro share_impact(score) -%}
    {{ ratio('count_' ~ score, 'count_all_' ~ score) }} * (
        {{ ratio(
            '(net_all_' ~ score ~ ' - net_' ~ score ~ ')',
            '(count_all_' ~ score ~ ' - count_' ~ score ~ ')'
        ) }} - {{ ratio('net_' ~ score, 'count_' ~ score) }}
    )
{%- endmacro %}

{#
Its standard error: share and difference move independently (delta method). With a share
of s, a difference d and variances v of the n scores with and without the theme:
sqrt((s (1 - s) d d + s v_with + s s v_without / (1 - s)) / n).
#}
{% macro share_impact_error(score) -%}
    {%- set theirs = 'count_' ~ score -%}
    {%- set all = 'count_all_' ~ score -%}
    {%- set others = '(' ~ all ~ ' - ' ~ theirs ~ ')' -%}
    {%- set net = 'net_' ~ score -%}
    {%- set net_without = '(net_all_' ~ score ~ ' - ' ~ net ~ ')' -%}
    {%- set extreme = 'extreme_' ~ score -%}
    {%- set extreme_without = '(extreme_all_' ~ score ~ ' - ' ~ extreme ~ ')' -%}
    sqrt(greatest(0.0,
        {{ ratio(others, theirs) }} * power({{ share_impact(score) }}, 2)
        + {{ ratio(theirs, all) }} * (
            {{ ratio(extreme, theirs) }} - power({{ ratio(net, theirs) }}, 2)
        )
        + {{ ratio(theirs, all) }} * {{ ratio(theirs, others) }} * (
            {{ ratio(extreme_without, others) }}
            - power({{ ratio(net_without, others) }}, 2)
        )
    ) / nullif({{ all }}, 0))
{%- endmacro %}

{#
Bound of a difference of two independent shares in -1..1 from the Wilson bounds of both
(Newcombe 1998, method 10): it does not vanish where everybody stayed.
#}
{% macro share_difference_bound(
    successes, trials, other_successes, other_trials, sign
) -%}
    {%- set opposite = '+' if sign == '-' else '-' -%}
    case when {{ trials }} > 0 and {{ other_trials }} > 0 then
        {{ ratio(successes, trials) }} - {{ ratio(other_successes, other_trials) }}
        {{ sign }} sqrt(
            power(
                {{ ratio(successes, trials) }}
                - {{ wilson_bound(successes, trials, sign) }}, 2
            )
            + power(
                {{ ratio(other_successes, other_trials) }}
                - {{ wilson_bound(other_successes, other_trials, opposite) }}, 2
            )
        )
    end
{%- endmacro %}
