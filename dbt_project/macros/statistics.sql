{#
Formulas of kpis.md: intervals, variance, change. They take expressions and sum nothing,
but kaplan_meier, which takes a relation.
#}

{# The 97.5 % quantile of the normal distribution, as every 95 % interval uses it. #}
{% macro normal_quantile() -%} 1.959963985 {%- endmacro %}

{# Quotient of two whole numbers; null without a base. #}
{% macro ratio(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif({{ denominator }}, 0))
{%- endmacro %}

{# Wilson bound of a share in 0..1; `sign` is '-' for the lower, '+' for the upper bound. #}
{% macro wilson_bound(successes, trials, sign) -%}
    {%- set z = normal_quantile() | trim -%}
    {%- set share = ratio(successes, trials) -%}
    case when {{ trials }} > 0 then greatest(0.0, least(1.0,
        (
            {{ share }} + {{ z }} * {{ z }} / (2.0 * nullif({{ trials }}, 0))
            {{ sign }} {{ z }} * sqrt(greatest(0.0,
                {{ share }} * (1.0 - {{ share }}) / nullif({{ trials }}, 0)
                + {{ z }} * {{ z }}
                / (4.0 * cast({{ trials }} as double) * nullif({{ trials }}, 0))
            ))
        ) / (1.0 + {{ z }} * {{ z }} / nullif({{ trials }}, 0))
    )) end
{%- endmacro %}

{# Adjusted Wald bound of a net share in -1..1: three quarters join either end. #}
{% macro adjusted_wald_bound(net, extremes, trials, sign) -%}
    {%- set base = '(' ~ trials ~ ' + 3.0)' -%}
    {%- set score = '(' ~ net ~ ' / ' ~ base ~ ')' -%}
    case when {{ trials }} > 0 then greatest(-1.0, least(1.0,
        {{ score }} {{ sign }} {{ normal_quantile() | trim }} * sqrt(greatest(0.0,
            (({{ extremes }} + 1.5) / {{ base }} - {{ score }} * {{ score }}) / {{ base }}
        ))
    )) end
{%- endmacro %}

{# A share, its bounds, and a mean of milliseconds as marts store them: to six decimals. #}
{% macro percentage(numerator, denominator) -%}
    round(100 * {{ ratio(numerator, denominator) }}, 6)
{%- endmacro %}

{% macro percentage_bound(successes, trials, sign) -%}
    round(100 * {{ wilson_bound(successes, trials, sign) }}, 6)
{%- endmacro %}

{% macro net_percentage_bound(net, extremes, trials, sign) -%}
    round(100 * {{ adjusted_wald_bound(net, extremes, trials, sign) }}, 6)
{%- endmacro %}

{# A net promoter score of counted persons with its parts and interval, as marts show it. #}
{% macro net_promoter_columns(counted) -%}
    {%- set net -%} ({{ counted }}.count_promoters - {{ counted }}.count_detractors) {%- endset -%}
    {%- set extremes -%} ({{ counted }}.count_promoters + {{ counted }}.count_detractors) {%- endset -%}
    {%- set persons = counted ~ '.count_nps_customers' -%}
    coalesce({{ persons }}, 0) as count_nps_customers,
    coalesce({{ counted }}.count_promoters, 0) as count_promoters,
    coalesce({{ counted }}.count_detractors, 0) as count_detractors,
    {{ percentage(net, persons) }} as nps,
    {{ net_percentage_bound(net, extremes, persons, '-') }} as nps_ci_low,
    {{ net_percentage_bound(net, extremes, persons, '+') }} as nps_ci_high
{%- endmacro %}

{# The parts of it, of rows of mart_customer_360. #}
{% macro net_promoter_parts() -%}
    count(last_nps_score) as count_nps_customers,
    count(*) filter (where last_nps_score >= 9) as count_promoters,
    count(*) filter (where last_nps_score <= 6) as count_detractors
{%- endmacro %}

{% macro mean_seconds(milliseconds, trials) -%}
    round({{ ratio(milliseconds, trials) }} / 1000, 6)
{%- endmacro %}

{# Sample variance from exact sums; whole numbers until the last division. #}
{% macro sample_variance(total, squares, trials) -%}
    (
        cast(greatest(
            cast({{ trials }} as decimal(38, 0)) * cast({{ squares }} as decimal(38, 0))
            - cast({{ total }} as decimal(38, 0)) * cast({{ total }} as decimal(38, 0)),
            cast(0 as decimal(38, 0))
        ) as double)
        / nullif(cast({{ trials }} as double) * ({{ trials }} - 1), 0)
    )
{%- endmacro %}

{#
Standard error of a ratio of two sums over `trials` units, by the delta method; null
without the sum of products, as of a ledger, which is no sample.
#}
{% macro ratio_error(total, base, trials, squares, base_squares, products) -%}
    (
        sqrt(case when {{ products }} is not null then greatest(0.0,
            cast({{ squares }} as double)
            - 2.0 * {{ ratio(total, base) }} * cast({{ products }} as double)
            + power({{ ratio(total, base) }}, 2) * cast({{ base_squares }} as double)
        ) end * {{ trials }} / nullif({{ trials }} - 1.0, 0))
        / nullif(cast({{ base }} as double), 0)
    )
{%- endmacro %}

{# Quantile of Student's t beyond the seed: Cornish-Fisher, exact to 3e-6 from 101 on. #}
{% macro t_quantile_beyond_seed(degrees) -%}
    {%- set z = normal_quantile() | trim -%}
    (
        {{ z }}
        + (power({{ z }}, 3) + {{ z }}) / (4.0 * nullif({{ degrees }}, 0))
        + (5.0 * power({{ z }}, 5) + 16.0 * power({{ z }}, 3) + 3.0 * {{ z }})
        / (96.0 * power(nullif({{ degrees }}, 0), 2))
    )
{%- endmacro %}

{# Bound of a mean in component units, clipped below and above; null for a single value. #}
{% macro mean_bound(total, squares, trials, t_quantile, sign, lowest, highest) -%}
    case when {{ trials }} > 1 then least(greatest(
        {{ ratio(total, trials) }} {{ sign }} coalesce(
            {{ t_quantile }}, {{ t_quantile_beyond_seed('(' ~ trials ~ ' - 1)') }}
        ) * sqrt({{ sample_variance(total, squares, trials) }} / {{ trials }}),
        {{ lowest }}
    ), {{ highest }}) end
{%- endmacro %}

{# Rank of the order statistic that bounds a quantile, clipped to the sample. #}
{% macro order_statistic_rank(quantile, trials, sign) -%}
    greatest(1, least({{ trials }}, cast(ceil(
        {{ trials }} * {{ quantile }}
        {{ sign }} {{ normal_quantile() | trim }}
        * sqrt({{ trials }} * {{ quantile }} * (1.0 - {{ quantile }}))
    ) as bigint)))
{%- endmacro %}

{#
True when two independent values differ at 5 %; null when either has fewer than 30 or no
standard error. Two shares without spread differ by any distance.
#}
{% macro is_significant_change(delta, error, prior_error, trials, prior_trials) -%}
    case
        when {{ trials }} < 30 or {{ prior_trials }} < 30 then null
        when {{ error }} + {{ prior_error }} = 0 then {{ delta }} <> 0
        when {{ error }} + {{ prior_error }} > 0
            then abs({{ delta }}) >= 1.96 * sqrt(
                {{ error }} * {{ error }} + {{ prior_error }} * {{ prior_error }}
            )
    end
{%- endmacro %}

{#
CTEs that end in `survival_curve`: per group and duration the share that lasts longer, by
Kaplan and Meier. Observations are counted as ended (`ended`) or still open (`open`) at
their duration; what ends leaves before what is censored at the same duration.
#}
{% macro kaplan_meier(observations, group_columns, duration, ended, open) %}
{%- set groups = group_columns | join(', ') -%}
survival_lengths as (

    select
        {{ groups }},
        {{ duration }},
        cast(sum({{ ended }}) as bigint) as {{ ended }},
        cast(sum({{ open }}) as bigint) as {{ open }}

    from {{ observations }}

    group by {{ groups }}, {{ duration }}

),

survival_at_risk as (

    select
        *,
        cast(sum({{ ended }} + {{ open }}) over (
            partition by {{ groups }}
            order by {{ duration }} desc
        ) as bigint) as count_at_risk

    from survival_lengths

),

-- Where every observation ends nobody is left, and there is no logarithm.
survival_hazards as (

    select
        *,
        cast({{ ended }} = count_at_risk as integer) as is_last_end,
        ln(
            (count_at_risk - least({{ ended }}, count_at_risk - 1.0))
            / cast(count_at_risk as double)
        ) as log_share_kept

    from survival_at_risk

),

-- Kaplan and Meier's product as a sum of logarithms.
survival_sums as (

    select
        *,
        max(is_last_end) over (
            partition by {{ groups }}
            order by {{ duration }}
        ) as has_ended,
        sum(log_share_kept) over (
            partition by {{ groups }}
            order by {{ duration }}
        ) as log_share

    from survival_hazards

),

survival_curve as (

    select
        *,
        -- Nine decimals: a product that makes a tenth is a tenth.
        case when has_ended = 1 then 0.0 else round(exp(log_share), 9) end
            as share_surviving

    from survival_sums

)
{%- endmacro %}

{#
True where a cell is hidden: fewer observations than the minimum; beside a single hidden
cell the next smallest too, so that it cannot be had by subtraction.
#}
{% macro is_hidden_cell(trials, minimum, partition, key) -%}
    (
        {{ trials }} > 0 and {{ trials }} < {{ minimum }}
        or (
            {{ trials }} >= {{ minimum }}
            and count(*) filter (where {{ trials }} > 0 and {{ trials }} < {{ minimum }})
                over (partition by {{ partition }}) = 1
            and row_number() over (
                partition by {{ partition }}, {{ trials }} >= {{ minimum }}
                order by {{ trials }}, {{ key }}
            ) = 1
        )
    )
{%- endmacro %}

{# Fisher's bound of a correlation, to six decimals; three pairs or a perfect one have none. #}
{% macro fisher_bound(correlation, pairs, sign) -%}
    case when {{ pairs }} > 3 and abs({{ correlation }}) < 1 then round(tanh(
        0.5 * ln((1.0 + {{ correlation }}) / (1.0 - {{ correlation }}))
        {{ sign }} {{ normal_quantile() | trim }} / sqrt({{ pairs }} - 3.0)
    ), 6) end
{%- endmacro %}
